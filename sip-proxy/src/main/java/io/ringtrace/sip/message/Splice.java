package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;

/**
 * The edits that turn a received message into the one passed on: untouched runs of bytes are copied as they came, edited places are
 * replaced. Base of {@link RequestSplice} and {@link ResponseSplice}. A shard owns one of each and reuses it; no allocation once its
 * buffers have grown. Order of calls does not matter, except that fields added appear in the order of their calls.
 */
public abstract sealed class Splice permits RequestSplice, ResponseSplice {
    Splice() {}

    /** Removes every field of that header. */
    public final void remove(SipHeader header) {
        throw new UnsupportedOperationException("in work");
    }

    /** Removes one field, by its number in the message. */
    public final void removeField(int field) {
        throw new UnsupportedOperationException("in work");
    }

    /** Replaces the value of one field, by its number in the message. */
    public final void replaceValue(int field, CharSequence value) {
        throw new UnsupportedOperationException("in work");
    }

    /** Adds a field behind the message's own. Characters above 0xFF are written as UTF-8; CR and LF must not be in it (throws IllegalArgumentException). */
    public final void add(CharSequence name, CharSequence value) {
        throw new UnsupportedOperationException("in work");
    }

    /** Writes the edited message behind the buffer's writer index. The splice can be written again. */
    public final void writeTo(ByteBuf out) {
        throw new UnsupportedOperationException("in work");
    }

    /** Bytes that {@link #writeTo} will write. */
    public final int length() {
        throw new UnsupportedOperationException("in work");
    }
}
