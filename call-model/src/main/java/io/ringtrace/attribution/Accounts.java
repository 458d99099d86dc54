package io.ringtrace.attribution;

import io.ringtrace.call.StoreUnavailableException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Networks, their advertisers and campaigns, and network tokens. Thread-safe; calls wait for the database, except {@link #known}, {@link #holderOf} and {@link #site}. */
public interface Accounts {
    /** Makes what is missing; what exists is left as it is, and what was removed is there again, the same as before. */
    void ensureCampaign(String network, String advertiser, String campaign) throws StoreUnavailableException;

    /** At most {@code limit} networks, in the order of their ids. */
    List<String> networks(int limit) throws StoreUnavailableException;

    /** One of a network's campaigns. */
    record Campaign(String advertiser, String campaign) {}

    /** A network's campaigns by advertiser and name; at most {@code limit}. */
    List<Campaign> campaigns(String network, int limit) throws StoreUnavailableException;

    /**
     * A part of an account that is to be removed: a network, one of its advertisers, or one of that one's campaigns.
     *
     * @param advertiser null for the network itself
     * @param campaign null for the advertiser itself, or the network
     */
    record Part(
            String network,
            @Nullable String advertiser,
            @Nullable String campaign) {}

    /** What became of a removal. */
    sealed interface Removal {
        record Removed() implements Removal {}

        /** There is no such part. */
        record Missing() implements Removal {}

        /** Nothing was removed, because of these, such as "2 RingPools (spring, summer)". */
        record InUse(List<String> by) implements Removal {}
    }

    /**
     * Removes it where nothing hangs on it any more. Its call records and leases stay readable and go on naming it; {@link #ensureCampaign}
     * brings it back.
     */
    Removal remove(Part part) throws StoreUnavailableException;

    /** What a token allows. */
    enum TokenScope {
        /** All that a network may do. */
        MANAGE,
        /** Looking, at what holds no key: reports, lists, call records. */
        READ;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whose token it is, and what it allows. */
    record TokenHolder(String network, TokenScope scope) {}

    /** A new token for the network, told once and stored hashed. The network must exist. */
    String createToken(String network, String name, TokenScope scope) throws StoreUnavailableException;

    /** One that allows everything. */
    default String createToken(String network, String name) throws StoreUnavailableException {
        return createToken(network, name, TokenScope.MANAGE);
    }

    /**
     * A token as it may be told: never its secret.
     *
     * @param createdAt when its present secret was made; Unix milliseconds, like the other
     * @param revokedAt null while it is valid
     */
    record Token(
            long id,
            String name,
            TokenScope scope,
            long createdAt,
            @Nullable Long revokedAt) {}

    /** A network's tokens, revoked ones too, the oldest first; at most {@code limit}. */
    List<Token> tokens(String network, int limit) throws StoreUnavailableException;

    /** Makes it invalid for good; here at once, on other nodes within seconds. False when the network has no such valid token. */
    boolean revokeToken(String network, long id) throws StoreUnavailableException;

    /** A new secret for a valid token, told once; the former one stops as with {@link #revokeToken}. Null when there is none such. */
    @Nullable
    String rotateToken(String network, long id) throws StoreUnavailableException;

    /** False for one that was removed. */
    boolean networkExists(String network) throws StoreUnavailableException;

    /** True for one that was removed, too: its reports are read and its visitors are erased as before. */
    boolean networkKnown(String network) throws StoreUnavailableException;

    /** False until they have been read from the store once: until then nobody's token or key can be judged. */
    boolean known();

    /**
     * Whose token this is, from memory; null when it is nobody's. Found by the token's hash, so that the time it takes tells nothing of the
     * token.
     */
    @Nullable
    TokenHolder holderOf(String token);

    /** The network whose token this is, whatever it allows; null when it is nobody's. */
    default @Nullable String networkOf(String token) {
        TokenHolder holder = holderOf(token);
        return holder == null ? null : holder.network();
    }

    /** A new site of the network, which must exist, with an id of its own. */
    Site createSite(String network, List<String> origins) throws StoreUnavailableException;

    /** A network's sites, the oldest first; at most {@code limit}. */
    List<Site> sites(String network, int limit) throws StoreUnavailableException;

    /** The site with other origins; here at once, on other nodes within seconds. Null when the network has no such site. */
    @Nullable
    Site changeSite(String network, String id, List<String> origins) throws StoreUnavailableException;

    /** The site with a new id; the former one's pages get no more numbers, as with {@link #deleteSite}. Null when there is none such. */
    @Nullable
    Site rotateSite(String network, String id) throws StoreUnavailableException;

    /** Its pages get no more numbers; here at once, on other nodes within seconds. False when the network has no such site. */
    boolean deleteSite(String network, String id) throws StoreUnavailableException;

    /** The site with this id, from memory; null when there is none. */
    @Nullable
    Site site(String id);
}
