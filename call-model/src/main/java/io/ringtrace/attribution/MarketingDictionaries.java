package io.ringtrace.attribution;

import io.ringtrace.attribution.MarketingDictionary.UnknownFields;
import io.ringtrace.call.StoreUnavailableException;

/** The marketing data dictionaries of all networks. Thread-safe; calls wait for the database, except {@link #of}. */
public interface MarketingDictionaries {
    /** A network's dictionary, from memory; an empty one for a network that does not exist. */
    MarketingDictionary of(String network);

    /** Holds for leases after it; here at once, on other nodes within seconds. False when there is no such network. */
    boolean setUnknownFields(String network, UnknownFields unknownFields) throws StoreUnavailableException;

    sealed interface Declared {
        record Saved(boolean created) implements Declared {}

        /** @param message what is wrong, as a sentence */
        record Invalid(String message) implements Declared {}

        record NoNetwork() implements Declared {}
    }

    /** Declares a field, or declares it anew; here at once, on other nodes within seconds. */
    Declared declare(String network, MarketingField field) throws StoreUnavailableException;

    /** Leases keep what they have of it. False when the network has no such field. */
    boolean remove(String network, String name) throws StoreUnavailableException;
}
