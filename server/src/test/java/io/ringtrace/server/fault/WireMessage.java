package io.ringtrace.server.fault;

import java.util.ArrayList;
import java.util.List;

/** A SIP message as a party of the bench reads it: its first line and its headers, which stand one to a line. */
record WireMessage(String firstLine, List<String> lines) {
    static WireMessage parse(String text) {
        List<String> lines = new ArrayList<>();
        String first = "";
        for (String line : text.split("\r\n")) {
            if (line.isEmpty()) {
                break;
            }
            if (first.isEmpty()) {
                first = line;
            } else {
                lines.add(line);
            }
        }
        return new WireMessage(first, lines);
    }

    boolean isResponse() {
        return firstLine.startsWith("SIP/2.0 ");
    }

    int status() {
        return Integer.parseInt(firstLine.substring(8, 11));
    }

    String method() {
        return firstLine.substring(0, firstLine.indexOf(' '));
    }

    /** The value of the first header of this name, empty without one. */
    String header(String name) {
        List<String> all = headers(name);
        return all.isEmpty() ? "" : all.getFirst();
    }

    List<String> headers(String name) {
        return lines.stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    String callId() {
        return header("Call-ID");
    }

    String sequenceMethod() {
        String sequence = header("CSeq");
        return sequence.substring(sequence.indexOf(' ') + 1);
    }

    int sequenceNumber() {
        String sequence = header("CSeq");
        return Integer.parseInt(sequence.substring(0, sequence.indexOf(' ')));
    }

    String topBranch() {
        return parameter(header("Via"), "branch");
    }

    String toTag() {
        return parameter(header("To"), "tag");
    }

    /** The URI of the first Contact. */
    String contact() {
        String contact = header("Contact");
        return contact.substring(contact.indexOf('<') + 1, contact.indexOf('>'));
    }

    /**
     * A response to this request, with its Via, Record-Route, From, To, Call-ID and CSeq.
     *
     * @param toTag empty for none, as a 100 may have it
     */
    String answer(String status, String toTag, String more) {
        StringBuilder answer = new StringBuilder("SIP/2.0 ").append(status).append("\r\n");
        for (String line : lines) {
            String name = line.substring(0, Math.max(0, line.indexOf(':')));
            switch (name) {
                case "Via", "Record-Route", "From", "Call-ID", "CSeq" ->
                    answer.append(line).append("\r\n");
                case "To" ->
                    answer.append(line)
                            .append(line.contains(";tag=") || toTag.isEmpty() ? "" : ";tag=" + toTag)
                            .append("\r\n");
                default -> {}
            }
        }
        return answer.append(more).append("Content-Length: 0\r\n\r\n").toString();
    }

    static String parameter(String value, String name) {
        int at = value.indexOf(";" + name + "=");
        if (at < 0) {
            return "";
        }
        int from = at + name.length() + 2;
        int to = from;
        while (to < value.length() && ";,> ".indexOf(value.charAt(to)) < 0) {
            to++;
        }
        return value.substring(from, to);
    }
}
