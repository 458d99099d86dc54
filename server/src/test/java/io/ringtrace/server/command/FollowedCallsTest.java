package io.ringtrace.server.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("Calls that are followed")
class FollowedCallsTest {
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

    private final List<String> asked = new ArrayList<>();
    private final Deque<String> answers = new ArrayDeque<>();
    private final FollowedCalls followed = new FollowedCalls(this::answer, "&trunk=acme", NOON);

    private JsonNode answer(String query) throws CommandException {
        asked.add(query);
        String answer = answers.remove();
        if (answer.isEmpty()) {
            throw new CommandException("the server answered 503");
        }
        return JsonMapper.shared().readTree(answer.replace('\'', '"'));
    }

    private List<String> look() throws CommandException {
        return followed.look().stream()
                .map(call -> call.path("call_id").asString())
                .toList();
    }

    @Test
    void comeOnceHoweverLongTheyLastedAndHoweverLateTheirRecordsAre() throws Exception {
        answers.add("{'calls':[],'next_finished_after':7}");
        answers.add("{'calls':[{'call_id':'C','complete':true},{'call_id':'B','complete':false},"
                + "{'call_id':'A','complete':true}],'next_before':null}");
        assertThat(look()).containsExactly("A", "C");
        answers.add("{'calls':[{'call_id':'C'},{'call_id':'of-this-morning'}],'next_finished_after':9}");
        assertThat(look()).as("C was finished in between").containsExactly("of-this-morning");
        answers.add("{'calls':[{'call_id':'B'}],'next_finished_after':10}");
        assertThat(look()).containsExactly("B");
        assertThat(asked)
                .containsExactly(
                        "/v1/calls?finished_after=newest&trunk=acme",
                        "/v1/calls?limit=1000&from=2026-11-28T11:59:00Z&trunk=acme",
                        "/v1/calls?limit=1000&finished_after=7&trunk=acme",
                        "/v1/calls?limit=1000&finished_after=9&trunk=acme");
    }

    @Test
    void areNotMissedByALookThatFails() throws Exception {
        answers.addAll(List.of("{'calls':[],'next_finished_after':7}", "{'calls':[],'next_before':null}", ""));
        assertThat(look()).isEmpty();
        assertThatThrownBy(this::look).isInstanceOf(CommandException.class);
        answers.add("{'calls':[{'call_id':'A'}],'next_finished_after':8}");
        assertThat(look()).containsExactly("A");
        assertThat(asked.getLast()).contains("finished_after=7");
    }
}
