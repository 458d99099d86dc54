package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.util.Collection;
import java.util.Map;

/** Which numbers the store owns: keeps in its bank, lends through a pool, or lets rest. A retired number is nobody's. Thread-safe. */
public interface OwnedNumbers {
    /**
     * Those of the numbers that the store owns, each with its state, such as {@code pooled}. May wait for the store. Throws when it can't
     * be asked; the message says why.
     */
    Map<PhoneNumber, String> among(Collection<PhoneNumber> numbers) throws StoreUnavailableException;

    /** False while {@link #among} would throw, as far as that is known without asking. */
    boolean available();
}
