package org.swav4j.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** What others build on: the published POMs, and the documentation for them. */
class PublishedTest {
    private static final Path ROOT = Packed.REPOSITORY;

    @ParameterizedTest
    @ValueSource(strings = {"pom.xml", "core/pom.xml", "app/pom.xml", "bom/pom.xml"})
    void aPomSaysWhatCentralAsksFor(String file) throws Exception {
        Element project = pom(file);
        assertThat(text(project, "name")).isNotBlank();
        assertThat(text(project, "description")).isNotBlank();
        // without a parent to have them from
        if (text(project, "parent").isEmpty()) {
            for (String element : List.of("url", "licenses", "developers", "scm")) {
                assertThat(text(project, element)).as(element).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bom/pom.xml", "core/pom.xml", "app/pom.xml", "examples/pom.xml"})
    void everyPomNamesOneVersion(String file) throws Exception {
        String pom = Files.readString(ROOT.resolve(file));
        Matcher version = Pattern.compile("<groupId>org\\.swav4j</groupId>\\s*<artifactId>[\\w-]+</artifactId>\\s*"
                        + "<version>([^<$]+)</version>")
                .matcher(pom);
        assertThat(version.results().map(match -> match.group(1)).distinct()).containsExactly(Packed.VERSION);
    }

    @Test
    void theBomHasTheVersionsThatAreBuiltWithAndNativesForEveryPlatform() throws Exception {
        Map<String, String> bom = properties(pom("bom/pom.xml"));
        Map<String, String> parent = properties(pom("pom.xml"));
        assertThat(bom).hasSize(4).isEqualTo(only(parent, bom));

        List<String> managed = new ArrayList<>();
        for (Element dependency : elements(pom("bom/pom.xml"), "dependency")) {
            managed.add(text(dependency, "artifactId") + " " + text(dependency, "classifier"));
        }
        for (Element profile : elements(pom("pom.xml"), "profile")) {
            Map<String, String> natives = properties(profile);
            if (natives.containsKey("natives.platform")) {
                for (String artifact : List.of("javacpp", "openblas", "opencv")) {
                    assertThat(managed).contains(artifact + " " + natives.get("natives.platform"));
                }
            }
            if (natives.containsKey("natives.torch")) {
                assertThat(managed).contains("pytorch " + natives.get("natives.torch"));
            }
        }
        assertThat(managed).contains("swav4j ", "swav4j-app ", "pytorch ");
    }

    @Test
    void theDocumentationShowsWhatIsCompiled() throws Exception {
        String page = Files.readString(ROOT.resolve("docs/library.md"));
        List<String> shown = Pattern.compile("<!-- (examples/\\S+) -->\n```java\n(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(match -> {
                    assertThat(compiled(match.group(1)))
                            .as(match.group(1))
                            .contains(match.group(2).strip());
                    return match.group(1);
                })
                .toList();
        assertThat(shown).hasSizeGreaterThanOrEqualTo(2);
        assertThat(page).contains("<version>" + Packed.VERSION + "</version>", "swav4j-bom:" + Packed.VERSION);
    }

    /** A source without the indentation of its least indented line that is shown; comments between marks stay. */
    private static String compiled(String file) {
        try {
            List<String> lines = Files.readAllLines(ROOT.resolve(file));
            int from = IntStream.range(0, lines.size())
                    .filter(i -> lines.get(i).strip().startsWith("// docs/library.md"))
                    .findFirst()
                    .orElseThrow();
            int to = IntStream.range(from, lines.size())
                    .filter(i -> lines.get(i).strip().equals("// end"))
                    .findFirst()
                    .orElseThrow();
            return String.join("\n", lines.subList(from + 1, to))
                    .stripTrailing()
                    .stripIndent();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, String> only(Map<String, String> some, Map<String, String> names) {
        Map<String, String> kept = new LinkedHashMap<>(some);
        kept.keySet().retainAll(names.keySet());
        return kept;
    }

    private static Element pom(String file) throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(ROOT.resolve(file).toFile());
        return document.getDocumentElement();
    }

    private static Map<String, String> properties(Element of) {
        Map<String, String> properties = new LinkedHashMap<>();
        children(of, "properties")
                .forEach(list -> children(list, "*").forEach(p -> properties.put(p.getTagName(), p.getTextContent())));
        return properties;
    }

    private static String text(Element of, String name) {
        return children(of, name).stream()
                .map(Element::getTextContent)
                .map(String::strip)
                .findFirst()
                .orElse("");
    }

    private static List<Element> children(Element of, String name) {
        return elements(of, name).stream().filter(e -> e.getParentNode() == of).toList();
    }

    private static List<Element> elements(Element of, String name) {
        var all = of.getElementsByTagName(name);
        return IntStream.range(0, all.getLength())
                .mapToObj(i -> (Element) all.item(i))
                .toList();
    }
}
