package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.CallRecords;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.journal.SampleEvents;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Call records as readers get them")
class CallRecordsIT {
    private static final long INVITE = 1_800_000_000_000L;
    private static final long HOLD = 100_000;
    private static final PhoneNumber PROMO = new PhoneNumber(18_005_550_123L);
    private static final PhoneNumber DESTINATION = new PhoneNumber(13_125_550_199L);
    private static final AtomicInteger CALLS = new AtomicInteger();

    @RegisterExtension
    static final TestStore store = new TestStore();

    private final CallRecords records = new StoreCallRecords(store.database());

    @BeforeAll
    static void aNumberThatFiveVisitorsHad() throws Exception {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute("INSERT INTO network (id, id_from_network) VALUES (1, 'net'), (2, 'other')");
            sql.execute("INSERT INTO advertiser (id, network_id, id_from_network) VALUES (1, 1, 'adv')");
            sql.execute("INSERT INTO campaign (id, advertiser_id, id_from_network) VALUES (6, 1, 'spring')");
            sql.execute("INSERT INTO ring_pool (id, network_id, campaign_id, id_from_network, name, number_type,"
                    + " lifetime_ms, hold_ms, max_pool_size, allow_overflow, fill_immediately, preferred, destination,"
                    + " api_key_sealed) VALUES (5, 1, 6, 'pool-5', 'Pool', 'toll_free', 1000, 100000, 9, TRUE, TRUE,"
                    + " TRUE, 13125550188, '')");
            sql.execute("INSERT INTO promo_number (number, network_id, state) VALUES (18005550150, 2, 0)");
            // Before the hold began: v1. Within it: v2 and v3 twice. The caller's visitor himself, earlier: v9.
            lease(sql, 2, "v1", 0, null, 0);
            lease(sql, 4, "v2", 2, "v1", INVITE - HOLD);
            lease(sql, 5, "v3", 4, "v2", INVITE - HOLD + 1);
            lease(sql, 7, "v9", 5, "v3", INVITE - 50_000);
            lease(sql, 8, "v3", 7, "v9", INVITE - 40_000);
            lease(sql, 9, "v9", 8, "v3", INVITE - 30_000);
            lease(sql, 12, "v10", 9, "v9", INVITE - 10_000);
        }
    }

    private static void lease(
            Statement sql,
            long version,
            String visitor,
            long previous,
            @Nullable String previousVisitor,
            long previousPresented)
            throws Exception {
        sql.execute("INSERT INTO lease (number, version, pool_id, campaign_id, visitor_id, destination, leased_at,"
                + " previous_version, previous_visitor_id, previous_presented_at, marketing_data, marketing_sources) VALUES ("
                + PROMO.digits() + ", " + version + ", 5, 6, '" + visitor + "', " + DESTINATION.digits() + ", "
                + (INVITE - 60_000) + ", " + (previous == 0 ? "NULL" : previous) + ", "
                + (previousVisitor == null ? "NULL" : "'" + previousVisitor + "'") + ", "
                + (previousVisitor == null ? "NULL" : previousPresented)
                + ", '{\"utm_source\": \"autos-" + version
                + "\", \"gclid\": \"é\"}', '{\"gclid\": \"url_parameter\"}')");
    }

    @Test
    @DisplayName("Calls that are over come once, in the order of their publication, of all networks and of none")
    void finishedCalls() throws Exception {
        SampleEvents sample = new SampleEvents(77);
        RecordWriter writer = new RecordWriter("node-a");
        CallRecords.Query all = new CallRecords.Query(null, 0, Long.MAX_VALUE, null, null, null, null, null, 2);
        long newest = records.finishedAfter(all, null).lastId();
        List<CallId> calls = List.of(sample.callId(), sample.callId(), sample.callId());
        for (CallId call : calls) {
            store.database().transact(c -> writer.write(c, List.of(sample.began(call, AttributionResult.UNKNOWN))));
        }
        assertThat(records.finishedAfter(all, newest)).isEqualTo(new CallRecords.Finished(List.of(), newest));
        for (CallId call : calls.reversed()) {
            store.database().transact(c -> writer.write(c, List.of(sample.ended(call, EndReason.LOST))));
        }
        CallRecords.Finished first = records.finishedAfter(all, newest);
        assertThat(first.calls()).extracting(CallRecord::callId).containsExactly(calls.get(2), calls.get(1));
        store.database().transact(c -> writer.write(c, List.of(sample.corrected(calls.get(2)))));
        CallRecords.Finished second = records.finishedAfter(all, first.lastId());
        assertThat(second.calls()).extracting(CallRecord::callId).containsExactly(calls.get(0));
        assertThat(records.finishedAfter(all, second.lastId()).calls())
                .as("a correction is no other call")
                .isEmpty();
        CallRecords.Query ofNobody =
                new CallRecords.Query("nobody", 0, Long.MAX_VALUE, null, null, null, null, null, 9);
        assertThat(records.finishedAfter(ofNobody, newest).calls()).isEmpty();
    }

    @Test
    void aLeasedCallHasVisitorMarketingDataAgesAndPriorLeases() throws Exception {
        CallRecord record = recorded(new AttributionResult.Leased(lease(9, "v9")));
        assertThat(record.leaseId()).isEqualTo("18005550123.9");
        assertThat(record.visitorId()).isEqualTo("v9");
        assertThat(record.marketingData()).isEqualTo(Map.of("utm_source", "autos-9", "gclid", "é"));
        assertThat(record.marketingSources()).isEqualTo(Map.of("gclid", "url_parameter"));
        assertThat(record.network()).isEqualTo("net");
        assertThat(record.poolId()).isEqualTo("pool-5");
        assertThat(record.campaignId()).isEqualTo("spring");
        assertThat(record.leaseAgeMillis()).isEqualTo(30_000);
        assertThat(record.presentationAgeMillis()).isEqualTo(20_000);
        assertThat(record.priorLeases()).as("v2 and v3").isEqualTo(2);
        assertThat(record.attributionConfidence())
                .as("20 s against v2's 100 s and v3's 30 s")
                .isCloseTo(0.4361, within(0.0001));
    }

    @Test
    void aHeldCallHasThemToo() throws Exception {
        CallRecord record = recorded(new AttributionResult.Held(lease(4, "v2")));
        assertThat(record.attributionStatus()).isEqualTo("held");
        assertThat(record.marketingData()).containsEntry("utm_source", "autos-4");
        assertThat(record.marketingSources()).isEqualTo(Map.of("gclid", "url_parameter"));
        assertThat(record.priorLeases()).as("v1's hold was over").isZero();
        assertThat(record.attributionConfidence()).isEqualTo(1.0);
    }

    @Test
    void anExpiredCallTellsNoVisitorAndNoMarketingData() throws Exception {
        CallRecord record = recorded(new AttributionResult.Expired(lease(9, null)));
        assertThat(record.attributionStatus()).isEqualTo("expired");
        assertThat(record.visitorId()).isNull();
        assertThat(record.marketingData()).isEmpty();
        assertThat(record.priorLeases()).isNull();
        assertThat(record.leaseId()).isEqualTo("18005550123.9");
        assertThat(record.network()).isEqualTo("net");
    }

    @Test
    void aLeaseThatHistoryDoesNotHaveLeavesARecordAllTheSame() throws Exception {
        CallRecord record = recorded(new AttributionResult.Leased(lease(99, "v9")));
        assertThat(record.visitorId()).isEqualTo("v9");
        assertThat(record.marketingData()).isEmpty();
        assertThat(record.priorLeases()).isNull();
    }

    @Test
    void aCallToANumberOfAPoolThatNobodyHasNamesPoolAndCampaignAndNoVisitor() throws Exception {
        for (AttributionResult attribution : List.of(
                new AttributionResult.Overflow(5, 6, DESTINATION),
                new AttributionResult.NeverLeased(5, 6, DESTINATION),
                new AttributionResult.Resting(5, 6, DESTINATION))) {
            CallRecord record = recorded(attribution);
            assertThat(record.attributionStatus())
                    .isEqualTo(attribution.status().text());
            assertThat(record.poolId()).isEqualTo("pool-5");
            assertThat(record.campaignId()).isEqualTo("spring");
            assertThat(record.network()).isEqualTo("net");
            assertThat(record.destination()).isEqualTo(DESTINATION);
            assertThat(record.visitorId()).isNull();
            assertThat(record.leaseId()).isNull();
            assertThat(record.marketingData()).isEmpty();
            assertThat(record.priorLeases()).isNull();
            assertThat(record.attributionConfidence()).isNull();
        }
    }

    @Test
    void aCallToNobodysNumberOrWithoutAnyDirectoryLeavesARecordThatSaysSo() throws Exception {
        assertThat(recorded(AttributionResult.UNKNOWN).attributionStatus()).isEqualTo("unknown_number");
        assertThat(recorded(AttributionResult.UNASSIGNED).attributionStatus()).isEqualTo("unassigned");
        CallRecord unavailable = recorded(AttributionResult.STORE_UNAVAILABLE);
        assertThat(unavailable.attributionStatus()).isEqualTo("store_unavailable");
        assertThat(unavailable.network()).isNull();
        assertThat(unavailable.promoNumber()).isEqualTo(PROMO);
    }

    @Test
    void aStaticNumberNamesItsCampaignAndABankNumberItsOwner() throws Exception {
        assertThat(recorded(new AttributionResult.Static("radio", DESTINATION)).campaignId())
                .isEqualTo("radio");
        CallId call = callId();
        write(began(call, AttributionResult.UNASSIGNED, new PhoneNumber(18_005_550_150L)));
        assertThat(records.get(call, "other")).isNotNull();
        assertThat(records.get(call, "net")).isNull();
    }

    @Test
    void anAnsweredCallHasItsTimesAndItsEnd() throws Exception {
        CallId call = callId();
        write(
                began(call, AttributionResult.UNKNOWN, PROMO),
                new CallEvent.Progressed(call, INVITE + 700, "gw-1", 180, INVITE + 100),
                new CallEvent.Answered(
                        call,
                        INVITE + 4700,
                        "gw-1",
                        200,
                        4001,
                        List.of(new GatewayAttempt("gw-1", INVITE + 100, INVITE + 700, 200, null, null)),
                        null),
                new CallEvent.Ended(
                        call,
                        INVITE + 64_700,
                        EndReason.CALLER_HANGUP,
                        EndedBy.CALLER,
                        0,
                        0,
                        "Q.850;cause=16",
                        60_002,
                        true,
                        List.of()));
        CallRecord record = get(call);
        assertThat(record.complete()).isTrue();
        assertThat(record.postDialDelayMillis()).isEqualTo(700);
        assertThat(record.postDialDelayTheirsMillis()).isEqualTo(600);
        assertThat(record.postDialDelayOursMillis()).isEqualTo(100);
        assertThat(record.ringMillis()).isEqualTo(4001);
        assertThat(record.talkMillis()).isEqualTo(60_002);
        assertThat(record.sipCodeSent()).isEqualTo(200);
        assertThat(record.gateway()).isEqualTo("gw-1");
        assertThat(record.endReason()).isEqualTo("caller_hangup");
        assertThat(record.endedBy()).isEqualTo("caller");
        assertThat(record.durationExact()).isTrue();
        assertThat(record.attempts()).hasSize(1);
    }

    @Test
    void aCallThatTheSecondGatewayRefusedHasBothAttempts() throws Exception {
        CallId call = callId();
        List<GatewayAttempt> attempts = List.of(
                new GatewayAttempt("gw-1", INVITE + 10, 0, 0, null, "no answer within 3 s"),
                new GatewayAttempt("gw-2", INVITE + 3010, 0, 486, "Q.850;cause=17", null));
        write(
                began(call, AttributionResult.UNKNOWN, PROMO),
                new CallEvent.Ended(
                        call,
                        INVITE + 3100,
                        EndReason.DESTINATION_BUSY,
                        EndedBy.DESTINATION,
                        486,
                        486,
                        null,
                        -1,
                        true,
                        attempts));
        CallRecord record = get(call);
        assertThat(record.attempts()).isEqualTo(attempts);
        assertThat(record.gateway()).isEqualTo("gw-2");
        assertThat(record.postDialDelayMillis()).isEqualTo(3100);
        assertThat(record.postDialDelayTheirsMillis())
                .as("of the second gateway")
                .isEqualTo(90);
        assertThat(record.postDialDelayOursMillis())
                .as("with the first one's silence")
                .isEqualTo(3010);
        assertThat(record.talkMillis()).isNull();
        assertThat(record.ringMillis()).isNull();
        assertThat(record.sipCodeSent()).isEqualTo(486);
    }

    @Test
    void theTalkOfACallWhoseEndAnotherProcessSawIsBetweenItsTimes() throws Exception {
        CallId call = callId();
        write(
                new CallEvent.Ended(
                        call,
                        INVITE + 9000,
                        EndReason.DESTINATION_HANGUP,
                        EndedBy.DESTINATION,
                        0,
                        0,
                        null,
                        -1,
                        false,
                        List.of()),
                new CallEvent.Answered(call, INVITE + 1000, "gw-1", 200, 0, List.of(), null),
                began(call, AttributionResult.UNKNOWN, PROMO));
        assertThat(get(call).talkMillis()).isEqualTo(8000);
        assertThat(get(call).durationExact()).isFalse();
    }

    @Test
    void longTextIsCutInsteadOfLosingTheRecord() throws Exception {
        CallId call = callId();
        write(new CallEvent.Began(
                call,
                INVITE,
                "i".repeat(900),
                "t".repeat(100),
                null,
                true,
                "é".repeat(500),
                null,
                AttributionResult.UNKNOWN,
                null,
                "v".repeat(99),
                0,
                null));
        assertThat(get(call).sipCallId()).isEqualTo("i".repeat(255));
        assertThat(get(call).dialedText()).isEqualTo("é".repeat(128));
    }

    @Test
    void areFoundNewestFirstPageByPage() throws Exception {
        List<CallId> made = new ArrayList<>();
        PhoneNumber asked = new PhoneNumber(18_005_550_177L);
        for (int i = 0; i < 7; i++) {
            CallId call = callId();
            made.addFirst(call);
            write(began(call, AttributionResult.UNKNOWN, asked));
        }
        List<CallId> found = new ArrayList<>();
        CallId before = null;
        while (true) {
            List<CallRecord> page = records.find(
                    new CallRecords.Query(null, 0, Long.MAX_VALUE, asked, null, "unknown_number", null, before, 3));
            if (page.isEmpty()) {
                break;
            }
            page.forEach(record -> found.add(record.callId()));
            before = found.getLast();
        }
        assertThat(found).isEqualTo(made);
        assertThat(records.find(
                        new CallRecords.Query(null, 0, Long.MAX_VALUE, asked, null, null, "acme-east", null, 100)))
                .hasSameSizeAs(made);
        assertThat(records.find(
                        new CallRecords.Query(null, 0, Long.MAX_VALUE, asked, null, null, "acme-west", null, 100)))
                .isEmpty();
        assertThat(records.find(new CallRecords.Query("net", 0, Long.MAX_VALUE, asked, null, null, null, null, 100)))
                .isEmpty();
        assertThat(records.find(new CallRecords.Query(null, 0, INVITE, asked, null, null, null, null, 100)))
                .isEmpty();
    }

    @Test
    void areFoundNewestFirstWhateverTheirNetworkAndNumber() throws Exception {
        List<CallId> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long at = INVITE + Duration.ofDays(1000 + i).toMillis();
            CallId call = new CallId(at << 16, CALLS.incrementAndGet());
            made.addFirst(call);
            write(SampleEvents.at(began(call, AttributionResult.UNKNOWN, new PhoneNumber(18_005_550_160L + i)), at, 0));
        }
        long from = made.get(3).madeAtMillis();
        long to = made.getFirst().madeAtMillis();
        List<CallRecord> first =
                records.find(new CallRecords.Query(null, from, to, null, null, null, "acme-east", null, 2));
        assertThat(first).extracting(CallRecord::callId).containsExactly(made.get(1), made.get(2));
        assertThat(records.find(new CallRecords.Query(null, from, to, null, null, null, "acme-east", made.get(2), 2)))
                .extracting(CallRecord::callId)
                .containsExactly(made.get(3));
    }

    private CallRecord recorded(AttributionResult attribution) throws Exception {
        CallId call = callId();
        write(began(call, attribution, PROMO));
        return get(call);
    }

    private CallRecord get(CallId call) throws Exception {
        CallRecord record = records.get(call, null);
        assertThat(record).isNotNull();
        return record;
    }

    private static CallId callId() {
        return new CallId(INVITE << 16, CALLS.incrementAndGet());
    }

    private static CallEvent.Began began(CallId call, AttributionResult attribution, PhoneNumber dialed) {
        return new CallEvent.Began(
                call,
                INVITE,
                "sip-1@host",
                "acme-east",
                null,
                false,
                "8005550123",
                dialed,
                attribution,
                DESTINATION,
                "v1",
                0,
                null);
    }

    private static Lease lease(long version, @Nullable String visitor) {
        return new Lease(
                PROMO,
                version,
                5,
                6,
                visitor,
                DESTINATION,
                INVITE - 30_000,
                INVITE - 20_000,
                INVITE - 19_000,
                INVITE - 20_000 + HOLD);
    }

    private static void write(CallEvent... events) throws Exception {
        store.database().transact(connection -> {
            new RecordWriter("node-a").write(connection, List.of(events));
            return events.length;
        });
    }
}
