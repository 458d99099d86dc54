package io.ringtrace.store;

import io.ringtrace.store.directory.NumberFeed;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.PoolRow;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps the latest row of each number and pool, as the directory does. */
public final class HeardFeed implements NumberFeed {
    private final Map<Long, NumberRow> numbers = new ConcurrentHashMap<>();
    private final Map<Long, PoolRow> pools = new ConcurrentHashMap<>();

    @Override
    public void numbersChanged(List<NumberRow> rows) {
        rows.forEach(row ->
                numbers.merge(row.number(), row, (old, fresh) -> fresh.version() >= old.version() ? fresh : old));
    }

    @Override
    public void poolsChanged(List<PoolRow> rows) {
        rows.forEach(row -> pools.merge(row.id(), row, (old, fresh) -> fresh.version() >= old.version() ? fresh : old));
    }

    public @Nullable NumberRow number(long number) {
        return numbers.get(number);
    }

    public @Nullable PoolRow pool(long id) {
        return pools.get(id);
    }
}
