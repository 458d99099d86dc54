package io.ringtrace.sip.message;

/** Where Jazzer comes in when {@link ParserSearchTest} lets it search. */
public final class ParserSearch {
    private ParserSearch() {}

    /** Called by Jazzer, by this name, with each input. */
    public static void fuzzerTestOneInput(byte[] datagram) {
        new ParserFuzzTest().aDatagramIsReadForwardedAndAnswered(datagram);
    }
}
