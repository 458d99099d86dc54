package io.ringtrace.attribution;

import io.ringtrace.call.StoreUnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Networks, their advertisers and campaigns, and network tokens. Thread-safe; calls wait for the database, except {@link #networkOf} and {@link #site}. */
public interface Accounts {
    /** Makes what is missing; what exists is left as it is. */
    void ensureCampaign(String network, String advertiser, String campaign) throws StoreUnavailableException;

    /** A new token for the network, told once and stored hashed. The network must exist. */
    String createToken(String network, String name) throws StoreUnavailableException;

    boolean networkExists(String network) throws StoreUnavailableException;

    /** The network whose token this is, compared in constant time, from memory; null when it is nobody's. */
    @Nullable
    String networkOf(String token);

    /** A new site of the network, which must exist, with an id of its own. */
    Site createSite(String network, List<String> origins) throws StoreUnavailableException;

    /** The site with this id, from memory; null when there is none. */
    @Nullable
    Site site(String id);
}
