package io.ringtrace.store.directory;

import io.ringtrace.attribution.Lease;
import io.ringtrace.call.PhoneNumber;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The directory's rows as they stand on the local disk, each after a byte that tells its kind. The kinds may be added to, never changed. */
final class DirectoryRows {
    /** After the last row. */
    static final int END = 0;

    private static final int NUMBER = 1;
    private static final int POOL = 2;
    private static final int FIELDS = 3;

    private DirectoryRows() {}

    @FunctionalInterface
    interface Writing {
        void run() throws IOException;
    }

    /** For callers who can throw no IOException; theirs is an UncheckedIOException then. */
    static void unchecked(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(long id, PoolEntry pool, DataOutputStream out) throws IOException {
        out.writeByte(POOL);
        out.writeLong(id);
        out.writeLong(pool.version());
        out.writeLong(pool.campaignId());
        out.writeLong(pool.destination().digits());
    }

    static void write(ForwardedFields forwarded, DataOutputStream out) throws IOException {
        out.writeByte(FIELDS);
        out.writeLong(forwarded.number());
        out.writeLong(forwarded.leaseVersion());
        out.writeInt(forwarded.values().size());
        for (Map.Entry<String, String> field : forwarded.values().entrySet()) {
            out.writeUTF(field.getKey());
            out.writeUTF(field.getValue());
        }
    }

    static void write(long number, NumberEntry entry, DataOutputStream out) throws IOException {
        out.writeByte(NUMBER);
        out.writeLong(number);
        out.writeByte(entry.state().code());
        out.writeLong(entry.version());
        out.writeLong(entry.poolId());
        out.writeLong(entry.campaignId());
        PhoneNumber destination = entry.destination();
        out.writeLong(destination == null ? 0 : destination.digits());
        Lease lease = entry.lease();
        out.writeBoolean(lease != null);
        if (lease != null) {
            out.writeLong(lease.version());
            String visitor = lease.visitorId();
            out.writeBoolean(visitor != null);
            out.writeUTF(visitor == null ? "" : visitor);
            out.writeLong(lease.leasedAt());
            out.writeLong(lease.presentedAt());
            out.writeLong(lease.guaranteedUntil());
            out.writeLong(lease.heldUntil());
        }
    }

    /** Reads one row after the other until {@link #END}. Throws IllegalArgumentException for values that no row has. */
    static void read(DataInputStream in, NumberDirectory.Content into) throws IOException {
        for (int kind = in.readByte(); kind != END; kind = in.readByte()) {
            switch (kind) {
                case NUMBER -> readNumber(in, into);
                case FIELDS -> into.apply(readFields(in));
                case POOL -> {
                    long id = in.readLong();
                    into.apply(id, new PoolEntry(in.readLong(), in.readLong(), new PhoneNumber(in.readLong())));
                }
                default -> throw new IOException("it holds a row of the unknown kind " + kind);
            }
        }
    }

    private static ForwardedFields readFields(DataInputStream in) throws IOException {
        long number = in.readLong();
        long version = in.readLong();
        int count = in.readInt();
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < count; i++) {
            values.put(in.readUTF(), in.readUTF());
        }
        return new ForwardedFields(number, version, values);
    }

    private static void readNumber(DataInputStream in, NumberDirectory.Content into) throws IOException {
        long number = in.readLong();
        NumberState state = NumberState.ofCode(in.readByte());
        long version = in.readLong();
        long pool = in.readLong();
        long campaign = in.readLong();
        long digits = in.readLong();
        PhoneNumber destination = digits == 0 ? null : new PhoneNumber(digits);
        Lease lease = in.readBoolean() ? readLease(in, number, pool, campaign, destination) : null;
        into.apply(number, new NumberEntry(state, version, pool, campaign, destination, lease));
    }

    private static Lease readLease(
            DataInputStream in, long number, long pool, long campaign, @Nullable PhoneNumber destination)
            throws IOException {
        long version = in.readLong();
        boolean hasVisitor = in.readBoolean();
        String visitor = in.readUTF();
        if (destination == null) {
            throw new IOException("a lease of " + number + " has no destination");
        }
        return new Lease(
                new PhoneNumber(number),
                version,
                pool,
                campaign,
                hasVisitor ? visitor : null,
                destination,
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }
}
