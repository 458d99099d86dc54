package io.ringtrace.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.PhoneNumber;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Number steps")
class NumberStepsTest {
    private static String written(String number, NumberSteps.Step... steps) {
        return new NumberSteps("steps", List.of(steps), "test:1").written(PhoneNumber.parse(number));
    }

    @Test
    void takeCharactersAwayAndPutOthersBefore() {
        assertThat(written("+12135550101", new NumberSteps.Strip(2))).isEqualTo("2135550101");
        assertThat(written("+12135550101", new NumberSteps.Strip(1), new NumberSteps.Prepend("9")))
                .isEqualTo("912135550101");
        assertThat(written("+12135550101", new NumberSteps.Strip(99))).isEmpty();
    }

    @Test
    void replaceABeginningWhereThereIsOne() {
        NumberSteps.Step abroad = new NumberSteps.ReplacePrefix("+44", "01144");

        assertThat(written("+442079460123", abroad)).isEqualTo("011442079460123");
        assertThat(written("+12135550101", abroad)).isEqualTo("+12135550101");
    }

    @Test
    void putAPlusSignOnceOrTakeItAway() {
        assertThat(written("+12135550101", new NumberSteps.PlusSign(true))).isEqualTo("+12135550101");
        assertThat(written("+12135550101", new NumberSteps.PlusSign(false))).isEqualTo("12135550101");
        assertThat(written("+12135550101", new NumberSteps.Strip(2), new NumberSteps.PlusSign(true)))
                .isEqualTo("+2135550101");
    }
}
