package io.ringtrace.store.journal;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which calls the earlier runs of a node left open, found by the heads of the journal's entries alone, in whatever order its shards are read.
 * Of the calls that have ended nothing else is ever decoded. For the one thread that reads.
 */
final class OpenCalls {
    /** The newest word on an answered call. */
    private record Word(Path segment, long at, long atMillis) {}

    private final Set<CallId> unanswered = new LinkedHashSet<>();
    private final Map<CallId, Word> answered = new HashMap<>();
    /** Ended by an earlier start, perhaps in a shard that is read before the one where the call began. */
    private final Set<CallId> interrupted = new HashSet<>();
    /** Ends that were read before anything else of their call, or whose beginning is deleted by now. */
    private final Set<CallId> ended = new HashSet<>();

    private long lastSeenMillis;

    void see(EntryHead head, Path segment, long at) {
        CallId call = head.callId();
        lastSeenMillis = Math.max(lastSeenMillis, head.atMillis());
        switch (head.kind()) {
            case BEGAN -> unanswered.add(call);
            case PROGRESSED -> {}
            case RUNS -> {
                unanswered.remove(call);
                answered.merge(
                        call,
                        new Word(segment, at, head.atMillis()),
                        (before, now) -> now.atMillis() >= before.atMillis() ? now : before);
            }
            case INTERRUPTED -> {
                // It may have come again after that, and been answered: that word stands.
                unanswered.remove(call);
                interrupted.add(call);
            }
            case ENDED -> {
                boolean began = unanswered.remove(call);
                boolean ran = answered.remove(call) != null;
                if (!began && !ran) {
                    ended.add(call);
                }
            }
        }
    }

    /** Segments whose entries need not be seen end before this. */
    void lastSeen(long atMillis) {
        lastSeenMillis = Math.max(lastSeenMillis, atMillis);
    }

    /** The latest moment of any event. */
    long lastSeenMillis() {
        return lastSeenMillis;
    }

    /** Began, and were neither answered nor ended. */
    List<CallId> unanswered() {
        unanswered.removeAll(interrupted);
        return List.copyOf(unanswered);
    }

    /** Shows what is known last of each answered call without an end. */
    void running(Consumer<CallEvent> running) throws IOException {
        Map<Path, List<Word>> bySegment = new HashMap<>();
        answered.forEach((call, word) -> {
            if (!ended.contains(call)) {
                bySegment
                        .computeIfAbsent(word.segment(), _ -> new ArrayList<>())
                        .add(word);
            }
        });
        for (Map.Entry<Path, List<Word>> words : bySegment.entrySet()) {
            try (Segment segment = Segment.openToRead(words.getKey())) {
                for (Word word : words.getValue()) {
                    CallEvent event = decoded(segment.bodyAt(word.at()));
                    if (event != null) {
                        running.accept(event);
                    }
                }
            }
        }
    }

    /** Null for what cannot be read; the drain tells about it. */
    static @Nullable CallEvent decoded(@Nullable ByteBuffer body) {
        try {
            return body == null ? null : CallEventCodec.decode(body);
        } catch (RuntimeException _) {
            return null;
        }
    }
}
