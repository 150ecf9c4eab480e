package org.swav4j.importer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The projection head and prototypes that a saved state has of SwAV's, under the reference's names. Those of other methods
 * have other names, and are none here.
 *
 * @param hidden H; 0 for a linear projection; null without a head
 * @param dim D; null without head and prototypes
 * @param prototypes K of each head of prototypes; empty without
 */
record HeadShapes(Long hidden, Long dim, List<Long> prototypes) {
    /** Recognises them; what is incomplete is there, so that what it lacks is found missing. */
    static HeadShapes recognise(Map<String, long[]> shapes) {
        Long hidden = null;
        Long dim = null;
        if (shapes.containsKey("projection_head.3.weight") && shapes.containsKey("projection_head.0.weight")) {
            hidden = shapes.get("projection_head.0.weight")[0];
            dim = shapes.get("projection_head.3.weight")[0];
        } else if (shapes.containsKey("projection_head.weight")) {
            hidden = 0L;
            dim = shapes.get("projection_head.weight")[0];
        }
        List<Long> prototypes = new ArrayList<>();
        for (int head = 0; shapes.containsKey("prototypes.prototypes" + head + ".weight"); head++) {
            prototypes.add(shapes.get("prototypes.prototypes" + head + ".weight")[0]);
        }
        if (shapes.containsKey("prototypes.weight")) {
            prototypes.add(shapes.get("prototypes.weight")[0]);
        }
        if (dim == null && !prototypes.isEmpty()) {
            long[] any = shapes.getOrDefault("prototypes.weight", shapes.get("prototypes.prototypes0.weight"));
            dim = any[any.length - 1];
        }
        return new HeadShapes(hidden, dim, List.copyOf(prototypes));
    }

    /**
     * Their tensors, by name.
     *
     * @param features length of what the trunk gives
     */
    Map<String, long[]> expected(long features) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        if (hidden != null && hidden == 0) {
            linear(shapes, "projection_head", dim, features);
        } else if (hidden != null) {
            linear(shapes, "projection_head.0", hidden, features);
            TrunkShapes.norm(shapes, "projection_head.1", hidden);
            linear(shapes, "projection_head.3", dim, hidden);
        }
        for (int head = 0; head < prototypes.size(); head++) {
            String name = prototypes.size() == 1 ? "prototypes" : "prototypes.prototypes" + head;
            shapes.put(name + ".weight", new long[] {prototypes.get(head), dim});
        }
        return shapes;
    }

    private static void linear(Map<String, long[]> shapes, String at, long out, long in) {
        shapes.put(at + ".weight", new long[] {out, in});
        shapes.put(at + ".bias", new long[] {out});
    }
}
