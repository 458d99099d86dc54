package io.ringtrace.http.pool;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.Pools;
import io.ringtrace.http.text.JsonFields;
import java.math.BigDecimal;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Whether and how a RingPool finds its size by itself, read and written. */
final class AutoscalingFields {
    private static final String ON = "autoscale";
    private static final String MAXIMUM = "autoscale_max_size";
    private static final String OVERFLOW = "overflow_goal";
    private static final String MISATTRIBUTION = "misattribution_goal";
    static final Set<String> NAMES = Set.of(ON, MAXIMUM, OVERFLOW, MISATTRIBUTION);

    private static final int MOST_SIZE = 1_000_000;

    private AutoscalingFields() {}

    /**
     * @param fields hears what is wrong
     * @param before what holds where the body says nothing
     */
    static Autoscaling read(JsonFields fields, Autoscaling before) {
        Boolean on = fields.bool(ON);
        Integer maximum = fields.integer(MAXIMUM, Pools.Draft.SMALLEST, MOST_SIZE);
        boolean isOn = on != null ? on : before.on();
        if (isOn && !before.on() && maximum == null && before.equals(Autoscaling.OFF)) {
            fields.wrong(MAXIMUM + " is missing");
        }
        return new Autoscaling(
                isOn,
                maximum != null ? maximum : before.maxSize(),
                share(fields, OVERFLOW, before.overflowGoal()),
                share(fields, MISATTRIBUTION, before.misattributionGoal()));
    }

    private static double share(JsonFields fields, String name, double before) {
        BigDecimal share = fields.number(name);
        if (share == null) {
            return before;
        }
        if (share.signum() <= 0 || share.compareTo(BigDecimal.ONE) >= 0) {
            fields.wrong(name + " must be a share between 0 and 1, such as 0.01");
        }
        return share.doubleValue();
    }

    static void write(ObjectNode json, Autoscaling autoscaling) {
        json.put(ON, autoscaling.on());
        if (!autoscaling.equals(Autoscaling.OFF)) {
            json.put(MAXIMUM, autoscaling.maxSize())
                    .put(OVERFLOW, autoscaling.overflowGoal())
                    .put(MISATTRIBUTION, autoscaling.misattributionGoal());
        }
    }
}
