package io.ringtrace.call;

import org.jspecify.annotations.Nullable;

/** The keys that sign our Record-Route's call cookie, shared by all nodes of a store. Thread-safe, never waits. */
public interface CookieKeys {
    /**
     * @param id 0 to 255; stands in the cookie
     * @param secret 32 random bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and made once for each key
    record Key(int id, byte[] secret) {
        @Override
        public String toString() {
            return "cookie key " + id;
        }
    }

    /** The key that new cookies are signed with. */
    Key current();

    /** A key that is still valid, the current one or the one before it; null for any other. */
    @Nullable
    Key byId(int id);
}
