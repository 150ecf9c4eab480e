package org.swav4j.deploy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Types of fields, written as {@code schema.yaml} says; a field that is not there may not be used. */
final class Schema {
    private final JsonNode types;

    private Schema(JsonNode types) {
        this.types = types;
    }

    static Schema read() {
        return new Schema(new YAMLMapper().readTree(Schema.class.getResourceAsStream("schema.yaml")));
    }

    /** Everything wrong with a document, each with its place; empty if nothing is. */
    List<String> problems(JsonNode document) {
        List<String> problems = new ArrayList<>();
        check(document, document.path("kind").asString(), "", problems);
        return problems;
    }

    private void check(JsonNode node, String type, String place, List<String> problems) {
        if (types.has(type)) {
            fields(node, types.get(type), place, problems);
        } else if (type.startsWith("[")) {
            if (!node.isArray()) {
                problems.add(place + ": must be a list");
            }
            for (int i = 0; i < node.size(); i++) {
                check(node.get(i), inner(type), place + "[" + i + "]", problems);
            }
        } else if (type.startsWith("{")) {
            if (!node.isObject()) {
                problems.add(place + ": must be a map");
            }
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                check(entry.getValue(), inner(type), place + "." + entry.getKey(), problems);
            }
        } else if (!isOf(node, type)) {
            problems.add(place + ": must be " + type + ", found " + node);
        }
    }

    private static String inner(String type) {
        return type.substring(1, type.length() - 1);
    }

    private static boolean isOf(JsonNode node, String type) {
        return switch (type) {
            case "string" -> node.isString();
            case "integer" -> node.isIntegralNumber();
            case "boolean" -> node.isBoolean();
            case "object" -> node.isObject();
            default -> node.isString() && Arrays.asList(type.split("\\|")).contains(node.asString());
        };
    }

    private void fields(JsonNode node, JsonNode type, String place, List<String> problems) {
        if (!node.isObject()) {
            problems.add(place + ": must have fields");
            return;
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode known = type.has(field.getKey()) ? type.get(field.getKey()) : type.get(field.getKey() + "!");
            String where = place + "." + field.getKey();
            if (known == null) {
                problems.add(where + ": there is no such field");
            } else {
                check(field.getValue(), known.asString(), where, problems);
            }
        }
        for (Map.Entry<String, JsonNode> field : type.properties()) {
            String name = field.getKey().replace("!", "");
            if (field.getKey().endsWith("!") && !node.has(name)) {
                problems.add(place + "." + name + ": is missing");
            }
        }
    }
}
