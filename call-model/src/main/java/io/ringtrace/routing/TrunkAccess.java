package io.ringtrace.routing;

/**
 * How a trunk's requests are known to be its own, besides their source network.
 *
 * @param inDialogFromAny requests within its calls may come from any address, for the signed cookie in their Route already names the call
 */
public record TrunkAccess(boolean inDialogFromAny) {
    public static final TrunkAccess BY_NETWORK = new TrunkAccess(false);
}
