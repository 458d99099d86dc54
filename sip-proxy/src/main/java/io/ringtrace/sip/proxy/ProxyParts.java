package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.sip.admission.CallCapacity;
import io.ringtrace.sip.admission.OurNames;
import io.ringtrace.sip.admission.TrunkAdmission;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.target.GatewayHealth;
import io.ringtrace.sip.target.GatewayTargets;
import io.ringtrace.sip.target.Hops;
import io.ringtrace.sip.target.LongMessages;
import io.ringtrace.sip.transaction.TransactionLayer;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** What the steps of a shard's proxy core share. */
record ProxyParts(
        TransactionLayer transactions,
        LocalAnswers answers,
        CallRecording recording,
        CallTallies tallies,
        LiveCalls liveCalls,
        RequestForwarding forwarding,
        CookieSigner signer,
        TrunkAdmission admission,
        CallCapacity capacity,
        AttributionLookup lookup,
        LeaseClock clock,
        LongSupplier monotonicMillis,
        GatewayTargets targets,
        GatewayHealth health,
        Hops hops,
        LongMessages longMessages,
        OurNames names,
        Executor loop,
        long longestMillis,
        long noAnswerLimitMillis) {
    SipCounters counters() {
        return transactions.counters();
    }
}
