package io.ringtrace.call;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the answered calls without an end among the events of a journal, in whatever order its shards are read. For the one thread that
 * reads.
 */
public final class RunningCalls {
    private final Map<CallId, RunningCall> answered = new HashMap<>();
    private final Set<CallId> unanswered = new HashSet<>();
    /** Ends that were read before anything else of their call; with what began in segments that are deleted by now. */
    private final Set<CallId> ended = new HashSet<>();

    public void see(CallEvent event) {
        CallId call = event.callId();
        switch (event) {
            case CallEvent.Began _ -> unanswered.add(call);
            case CallEvent.Progressed _ -> {}
            case CallEvent.Answered now -> {
                DialogFacts dialog = now.dialog();
                unanswered.remove(call);
                if (dialog != null) {
                    runs(new RunningCall(call, now.atMillis(), now.atMillis(), List.of(dialog)));
                }
            }
            case CallEvent.Continued now -> {
                unanswered.remove(call);
                runs(new RunningCall(call, now.answeredAtMillis(), now.aliveAtMillis(), now.dialogs()));
            }
            case CallEvent.Ended _, CallEvent.Corrected _ -> {
                boolean began = unanswered.remove(call);
                boolean ran = answered.remove(call) != null;
                if (!began && !ran) {
                    ended.add(call);
                }
            }
        }
    }

    /** What has been found so far. */
    public List<RunningCall> found() {
        return answered.values().stream()
                .filter(call -> !ended.contains(call.callId()))
                .toList();
    }

    /** What was learned last stands. */
    private void runs(RunningCall call) {
        answered.merge(call.callId(), call, (a, b) -> a.aliveAtMillis() > b.aliveAtMillis() ? a : b);
    }
}
