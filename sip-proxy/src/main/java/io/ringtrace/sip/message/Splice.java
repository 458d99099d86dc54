package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The edits that turn a received message into the one passed on: untouched runs of bytes are copied as they came, edited places are
 * replaced. Base of {@link RequestSplice} and {@link ResponseSplice}. A shard owns one of each and reuses it; no allocation once its
 * buffers have grown. Order of calls does not matter, except that fields added appear in the order of their calls; an edit inside a
 * removed field is dropped with it. Once written, a splice takes no more edits before the next begin (throws IllegalStateException).
 */
public abstract sealed class Splice permits RequestSplice, ResponseSplice {
    SipMessage message = new SipMessage();
    final Scratch text = new Scratch();
    private int count;
    private int[] from = new int[16];
    private int[] to = new int[16];
    private int[] textFrom = new int[16];
    private int[] textTo = new int[16];
    private boolean complete = true;

    Splice() {}

    /** Removes every field of that header. */
    public final void remove(SipHeader header) {
        for (int field = message.first(header); field >= 0; field = message.next(field)) {
            removeField(field);
        }
    }

    /** Removes one field, by its number in the message. */
    public final void removeField(int field) {
        int line = message.line(field);
        delete(Span.start(line), Span.end(line));
    }

    /** Replaces the value of one field, by its number in the message. CR and LF must not be in it (throws IllegalArgumentException). */
    public final void replaceValue(int field, CharSequence value) {
        Wire.requireOneLine(value);
        int start = text.length();
        text.append(value);
        int span = message.value(field);
        edit(Span.start(span), Span.end(span), start);
    }

    /** Replaces the value of one field by bytes that stood in another message as a value. */
    public final void replaceValue(int field, byte[] value) {
        int start = text.length();
        text.append(value, 0, value.length);
        int span = message.value(field);
        edit(Span.start(span), Span.end(span), start);
    }

    /** Removes every field of that name, known to {@link SipHeader} or not, its compact form too. */
    public final void removeNamed(String name) {
        for (int field = 0; field < message.fieldCount(); field++) {
            SipHeader header = message.header(field);
            if (header == SipHeader.OTHER
                    ? message.is(message.name(field), name)
                    : header.fieldName().equalsIgnoreCase(name)) {
                removeField(field);
            }
        }
    }

    /** Adds a field before the first of that header, or behind all when there is none. CR and LF must not be in it. */
    public final void addOnTop(SipHeader header, CharSequence value) {
        int first = message.first(header);
        if (first < 0) {
            add(header.fieldName(), value);
            return;
        }
        Wire.requireOneLine(value);
        int start = text.length();
        text.append(header.fieldName());
        text.append(": ");
        text.append(value);
        text.append("\r\n");
        int at = Span.start(message.line(first));
        edit(at, at, start);
    }

    /** Adds a field behind the message's own, written as UTF-8. CR and LF must not be in it (throws IllegalArgumentException). */
    public final void add(CharSequence name, CharSequence value) {
        Wire.requireOneLine(name);
        Wire.requireOneLine(value);
        int start = text.length();
        text.append(name);
        text.append(": ");
        text.append(value);
        text.append("\r\n");
        int end = message.fieldCount() == 0 ? message.firstLineEnd : Span.end(message.line(message.fieldCount() - 1));
        edit(end, end, start);
    }

    /** Writes the edited message behind the buffer's writer index. The splice can be written again. */
    public final void writeTo(ByteBuf out) {
        out.ensureWritable(length());
        byte[] bytes = message.bytes;
        int offset = message.offset;
        int at = 0;
        for (int i = 0; i < count; i++) {
            if (from[i] >= at) {
                out.writeBytes(bytes, offset + at, from[i] - at);
                out.writeBytes(text.bytes(), textFrom[i], textTo[i] - textFrom[i]);
                at = to[i];
            }
        }
        out.writeBytes(bytes, offset + at, message.length - at);
    }

    /** Bytes that {@link #writeTo} will write. */
    public final int length() {
        if (!complete) {
            completeEdits();
            complete = true;
        }
        int length = message.length;
        int at = 0;
        for (int i = 0; i < count; i++) {
            if (from[i] >= at) {
                length += textTo[i] - textFrom[i] - (to[i] - from[i]);
                at = to[i];
            }
        }
        return length;
    }

    /** Adds the edits that depend on all that was asked, once, before the first writing. */
    abstract void completeEdits();

    final void start(SipMessage next) {
        message = next;
        text.clear();
        count = 0;
        complete = false;
    }

    /** Puts text before the byte at that place. */
    final void insert(int at, CharSequence inserted) {
        Wire.requireOneLine(inserted);
        int start = text.length();
        text.append(inserted);
        edit(at, at, start);
    }

    final void delete(int start, int end) {
        edit(start, end, text.length());
    }

    /**
     * Replaces the bytes from start to end by the text composed since {@code textStart}. Among equal starts the first edit stands first, but
     * insertions stand before replacements, or they would fall to one that removes the field behind them.
     */
    final void edit(int start, int end, int textStart) {
        if (complete) {
            throw new IllegalStateException("the message is written already");
        }
        if (count == from.length) {
            grow();
        }
        int place = count++;
        while (place > 0
                && (from[place - 1] > start || (from[place - 1] == start && end == start && to[place - 1] > start))) {
            from[place] = from[place - 1];
            to[place] = to[place - 1];
            textFrom[place] = textFrom[place - 1];
            textTo[place] = textTo[place - 1];
            place--;
        }
        from[place] = start;
        to[place] = end;
        textFrom[place] = textStart;
        textTo[place] = text.length();
    }

    /** Removes the header's first and last so many entries, with their whole field where nothing of it is left (§7.3.1). */
    final void removeEntries(SipHeader header, int atTop, int atBottom) {
        int index = 0;
        int firstRemovedBelow = message.entryCount(header) - atBottom;
        for (int field = message.first(header); field >= 0; field = message.next(field)) {
            int value = message.value(field);
            int end = message.offset + Span.end(value);
            int keptFrom = -1;
            int keptTo = -1;
            int at = message.offset + Span.start(value);
            while (at < end) {
                int entryEnd = HeaderLists.entryEnd(message.bytes, at, end);
                if (index >= atTop && index < firstRemovedBelow) {
                    if (keptFrom < 0) {
                        keptFrom = Ascii.skipWhite(message.bytes, at, entryEnd) - message.offset;
                    }
                    keptTo = entryEnd - message.offset;
                }
                index++;
                at = entryEnd + 1;
            }
            if (keptFrom < 0) {
                removeField(field);
            } else {
                if (keptFrom > Span.start(value)) {
                    delete(Span.start(value), keptFrom);
                }
                if (keptTo < Span.end(value)) {
                    delete(keptTo, Span.end(value));
                }
            }
        }
    }

    private void grow() {
        from = Arrays.copyOf(from, count * 2);
        to = Arrays.copyOf(to, count * 2);
        textFrom = Arrays.copyOf(textFrom, count * 2);
        textTo = Arrays.copyOf(textTo, count * 2);
    }
}
