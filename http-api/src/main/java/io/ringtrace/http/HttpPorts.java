package io.ringtrace.http;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Destinations;
import io.ringtrace.attribution.Leases;
import io.ringtrace.attribution.MarketingDictionaries;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberMatching;
import io.ringtrace.attribution.NumberReports;
import io.ringtrace.attribution.PoolSizes;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.SmsNumbers;

/** What the HTTP interface asks of the rest of the server. */
public record HttpPorts(
        Leases leases,
        Pools pools,
        PoolSizes poolSizes,
        Accounts accounts,
        NumberBank numberBank,
        NumberMatching numberMatching,
        SmsNumbers smsNumbers,
        MarketingDictionaries dictionaries,
        Destinations destinations,
        NumberReports numberReports,
        RecordPorts records,
        Health health,
        Operations operations) {}
