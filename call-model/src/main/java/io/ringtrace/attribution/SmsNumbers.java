package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.util.Collection;

/**
 * Which promo numbers take text messages, as somebody said who arranged it with the carrier; unless somebody did, a number takes none.
 * Thread-safe.
 */
public interface SmsNumbers {
    /**
     * Marks numbers, or takes the mark away; here at once, on other nodes within seconds. Waits for the database.
     *
     * @return how many of them the network owns; the others are left alone
     */
    int mark(String network, Collection<PhoneNumber> numbers, boolean takesSms) throws StoreUnavailableException;

    /** From memory. */
    boolean takesSms(PhoneNumber number);
}
