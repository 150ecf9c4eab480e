package org.swav4j.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.swav4j.data.DataException;

/** The objects that an annotation of PASCAL VOC names: {@code annotation/object/name} and {@code .../difficult}. */
final class VocAnnotation {
    /** VOC's own have a few kilobytes. */
    private static final long MOST_BYTES = 4 << 20;

    private static final int DEEPEST = 64;
    private static final int OBJECT_DEPTH = 2;

    /**
     * An object.
     *
     * @param line where it begins
     */
    record Shown(String name, boolean difficult, int line) {}

    private final Path file;
    private final XMLStreamReader xml;
    private final List<Shown> objects = new ArrayList<>();

    private VocAnnotation(Path file, XMLStreamReader xml) {
        this.file = file;
        this.xml = xml;
    }

    /**
     * Reads one. Document types and with them entities, whether they multiply or reach for other files, are refused.
     *
     * @throws DataException naming file and line, if it is no such annotation
     */
    static List<Shown> read(Path file) {
        LabelFile.requireRegular(file, MOST_BYTES);
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try (InputStream in = Files.newInputStream(file)) {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            try {
                VocAnnotation annotation = new VocAnnotation(file, xml);
                annotation.parse();
                return annotation.objects;
            } finally {
                xml.close();
            }
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNumber());
            throw new DataException(file + ":" + line + ": is no XML: " + reason(e), e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The parser's message without the place, in one line. */
    private static String reason(XMLStreamException e) {
        String message = String.valueOf(e.getMessage());
        int at = message.indexOf("Message: ");
        String reason = at < 0 ? message : message.substring(at + "Message: ".length());
        return reason.lines().findFirst().orElse("damaged");
    }

    private void parse() throws XMLStreamException {
        int depth = 0;
        while (xml.hasNext()) {
            switch (xml.next()) {
                case XMLStreamConstants.DTD -> throw error("a document type is not accepted in an annotation");
                case XMLStreamConstants.START_ELEMENT -> {
                    depth++;
                    if (depth == 1 && !xml.getLocalName().equals("annotation")) {
                        throw error("is no annotation of VOC: begins with <" + xml.getLocalName() + ">");
                    }
                    if (depth > DEEPEST) {
                        throw error("elements lie deeper than " + DEEPEST);
                    }
                    if (depth == OBJECT_DEPTH && xml.getLocalName().equals("object")) {
                        objects.add(object());
                        depth--;
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                default -> {}
            }
        }
    }

    /** Reads to the end of the object; what is nested deeper, such as a part's name, is not the object's. */
    private Shown object() throws XMLStreamException {
        int line = xml.getLocation().getLineNumber();
        String name = null;
        boolean difficult = false;
        int depth = 1;
        while (depth > 0) {
            int event = xml.next();
            if (event == XMLStreamConstants.END_ELEMENT) {
                depth--;
            } else if (event == XMLStreamConstants.START_ELEMENT) {
                if (depth == 1 && xml.getLocalName().equals("name")) {
                    name = xml.getElementText().strip();
                } else if (depth == 1 && xml.getLocalName().equals("difficult")) {
                    difficult = flag(xml.getElementText().strip());
                } else if (++depth > DEEPEST) {
                    throw error("elements lie deeper than " + DEEPEST);
                }
            }
        }
        if (name == null || name.isEmpty()) {
            throw LabelFile.error(file, line, "an <object> without a <name>");
        }
        return new Shown(name, difficult, line);
    }

    private boolean flag(String text) {
        if (!text.equals("0") && !text.equals("1")) {
            throw error("<difficult> must be 0 or 1, not '" + text + "'");
        }
        return text.equals("1");
    }

    private DataException error(String what) {
        return LabelFile.error(file, xml.getLocation().getLineNumber(), what);
    }
}
