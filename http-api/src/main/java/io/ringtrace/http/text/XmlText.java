package io.ringtrace.http.text;

/** Writes the small XML documents of Invoca's interface: one root, elements, two blanks of indent. For one thread. */
public final class XmlText {
    private final StringBuilder text = new StringBuilder(256);
    private final String root;
    private String indent = "  ";

    private XmlText(String root) {
        this.root = root;
        text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<")
                .append(root)
                .append(">\n");
    }

    public static XmlText document(String root) {
        return new XmlText(root);
    }

    /** An element with elements in it, until {@link #close}. */
    public XmlText open(String name) {
        text.append(indent).append('<').append(name).append(">\n");
        indent += "  ";
        return this;
    }

    public XmlText close(String name) {
        indent = indent.substring(2);
        text.append(indent).append("</").append(name).append(">\n");
        return this;
    }

    public XmlText element(String name, String value) {
        text.append(indent).append('<').append(name).append('>');
        escape(value);
        text.append("</").append(name).append(">\n");
        return this;
    }

    public String end() {
        return text.append("</").append(root).append(">\n").toString();
    }

    private void escape(String value) {
        value.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> text.append("&amp;");
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                default -> text.appendCodePoint(allowed(c) ? c : 0xFFFD);
            }
        });
    }

    /** XML 1.0 section 2.2: a document with any other character is none. */
    private static boolean allowed(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || (c >= 0x20 && c <= 0xD7FF)
                || (c >= 0xE000 && c <= 0xFFFD)
                || c >= 0x10000;
    }
}
