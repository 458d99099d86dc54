package io.ringtrace.sip;

import java.util.List;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sip.ClientTransaction;
import javax.sip.Dialog;
import javax.sip.DialogTerminatedEvent;
import javax.sip.IOExceptionEvent;
import javax.sip.ListeningPoint;
import javax.sip.RequestEvent;
import javax.sip.ResponseEvent;
import javax.sip.ServerTransaction;
import javax.sip.SipFactory;
import javax.sip.SipListener;
import javax.sip.SipProvider;
import javax.sip.SipStack;
import javax.sip.TimeoutEvent;
import javax.sip.TransactionTerminatedEvent;
import javax.sip.address.Address;
import javax.sip.address.AddressFactory;
import javax.sip.header.CSeqHeader;
import javax.sip.header.HeaderFactory;
import javax.sip.header.ToHeader;
import javax.sip.message.MessageFactory;
import javax.sip.message.Request;
import javax.sip.message.Response;
import org.jspecify.annotations.Nullable;

/** A user agent that is all JAIN SIP RI's: its transactions, its dialogs, its routing. It answers what a test tells it to. */
final class JainAgent implements SipListener, AutoCloseable {
    private static final String TRYING = "100";
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final SipStack stack;
    private final SipProvider provider;
    private final AddressFactory addresses;
    private final HeaderFactory headers;
    private final MessageFactory messages;
    private final Address contact;
    private final String tag = "jain" + NUMBERS.incrementAndGet();
    private volatile @Nullable Dialog dialog;
    private volatile @Nullable ServerTransaction lastRequest;
    private volatile @Nullable ServerTransaction invite;
    private volatile @Nullable ClientTransaction call;

    JainAgent(String host, int port, String transport) throws Exception {
        SipFactory factory = SipFactory.getInstance();
        Properties properties = new Properties();
        properties.setProperty("javax.sip.STACK_NAME", "agent" + NUMBERS.incrementAndGet());
        properties.setProperty("gov.nist.javax.sip.STACK_LOGGER", JainSilence.class.getName());
        properties.setProperty("gov.nist.javax.sip.SERVER_LOGGER", JainSilence.class.getName());
        properties.setProperty("gov.nist.javax.sip.THREAD_POOL_SIZE", "1");
        properties.setProperty("gov.nist.javax.sip.AUTOMATIC_DIALOG_ERROR_HANDLING", "false");
        stack = factory.createSipStack(properties);
        addresses = factory.createAddressFactory();
        headers = factory.createHeaderFactory();
        messages = factory.createMessageFactory();
        ListeningPoint point = stack.createListeningPoint(host, port, transport);
        provider = stack.createSipProvider(point);
        provider.addSipListener(this);
        contact = addresses.createAddress("<sip:agent@" + host + ":" + port + ";transport=" + transport + ">");
        stack.start();
    }

    void invites(String number, String proxy, String transport) throws Exception {
        Address to = addresses.createAddress("<sip:" + number + "@" + proxy + ">");
        Request request = messages.createRequest(
                addresses.createURI("sip:" + number + "@" + proxy + ";transport=" + transport),
                Request.INVITE,
                provider.getNewCallId(),
                headers.createCSeqHeader(1L, Request.INVITE),
                headers.createFromHeader(contact, "jain" + NUMBERS.incrementAndGet()),
                headers.createToHeader(to, null),
                List.of(headers.createViaHeader(
                        provider.getListeningPoint(transport).getIPAddress(),
                        provider.getListeningPoint(transport).getPort(),
                        transport,
                        null)),
                headers.createMaxForwardsHeader(70));
        request.addHeader(headers.createContactHeader(contact));
        request.setContent("v=0\r\n", headers.createContentTypeHeader("application", "sdp"));
        ClientTransaction transaction = provider.getNewClientTransaction(request);
        call = transaction;
        transaction.sendRequest();
    }

    void acknowledges() throws Exception {
        Dialog present = present(dialog);
        present.sendAck(present.createAck(1));
    }

    void cancels() throws Exception {
        provider.getNewClientTransaction(present(call).createCancel()).sendRequest();
    }

    void sends(String method) throws Exception {
        Dialog present = present(dialog);
        present.sendRequest(provider.getNewClientTransaction(present.createRequest(method)));
    }

    /** Answers the request that came last. */
    void answers(int status) throws Exception {
        answers(present(lastRequest), status);
    }

    void answersInvite(int status) throws Exception {
        answers(present(invite), status);
    }

    private void answers(ServerTransaction transaction, int status) throws Exception {
        Response response = messages.createResponse(status, transaction.getRequest());
        ToHeader to = (ToHeader) response.getHeader(ToHeader.NAME);
        if (to.getTag() == null) {
            to.setTag(tag);
        }
        response.addHeader(headers.createContactHeader(contact));
        transaction.sendResponse(response);
    }

    /** The method or status of what came next. An ACK to a failure is the stack's own business and not heard of. */
    void receives(String kind) throws InterruptedException {
        String next = heard.poll(5, TimeUnit.SECONDS);
        while (TRYING.equals(next) && !TRYING.equals(kind)) {
            // On a slow machine the INVITE was sent twice.
            next = heard.poll(5, TimeUnit.SECONDS);
        }
        if (!kind.equals(next)) {
            throw new AssertionError("expected " + kind + ", not " + next);
        }
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new AssertionError("there is no call");
        }
        return value;
    }

    @Override
    public void processRequest(RequestEvent event) {
        try {
            Request request = event.getRequest();
            if (!request.getMethod().equals(Request.ACK)) {
                ServerTransaction known = event.getServerTransaction();
                ServerTransaction transaction = known == null ? provider.getNewServerTransaction(request) : known;
                lastRequest = transaction;
                if (request.getMethod().equals(Request.INVITE)) {
                    invite = transaction;
                    dialog = transaction.getDialog();
                }
            }
            heard.add(request.getMethod());
        } catch (Exception e) {
            heard.add(e.toString());
        }
    }

    @Override
    public void processResponse(ResponseEvent event) {
        Response response = event.getResponse();
        CSeqHeader cseq = (CSeqHeader) response.getHeader(CSeqHeader.NAME);
        if (event.getDialog() != null && cseq.getMethod().equals(Request.INVITE)) {
            dialog = event.getDialog();
        }
        heard.add(Integer.toString(response.getStatusCode()));
    }

    @Override
    public void processTimeout(TimeoutEvent event) {
        heard.add("timeout");
    }

    @Override
    public void processIOException(IOExceptionEvent event) {
        heard.add("cannot send");
    }

    @Override
    public void processTransactionTerminated(TransactionTerminatedEvent event) {}

    @Override
    public void processDialogTerminated(DialogTerminatedEvent event) {}

    /** The stack sleeps for a second while it stops; nobody has to wait for that. */
    @Override
    public void close() {
        Thread.ofPlatform().daemon().name("stop " + tag).start(stack::stop);
    }
}
