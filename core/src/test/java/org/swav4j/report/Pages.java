package org.swav4j.report;

import java.io.IOException;
import java.io.StringReader;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** What tests of pages share. */
final class Pages {
    /** Markup, quotes, a control character, half a surrogate pair, and a change of the text's direction. */
    static final String HOSTILE = "<script>alert('x')</script>\"&\u0007\uD800\u202E%s%n$1 gpj.exe";

    private Pages() {}

    /** Parses markup that closes every element, which a browser then has nothing to guess about. */
    static Document parse(String markup) {
        try {
            DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            builder.setErrorHandler(null);
            return builder.parse(new InputSource(new StringReader(markup)));
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
