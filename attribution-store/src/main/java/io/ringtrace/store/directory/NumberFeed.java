package io.ringtrace.store.directory;

import java.util.List;

/**
 * Hears of this node's own changes as soon as they are committed, before whoever asked for them is answered. Called from the thread that
 * committed; must neither wait nor throw. Rows come in any order between threads: the higher version is the later one.
 */
public interface NumberFeed {
    void numbersChanged(List<NumberRow> rows);

    void poolsChanged(List<PoolRow> rows);
}
