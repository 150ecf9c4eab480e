package org.swav4j.importer;

import java.util.Set;

/** What made a checkpoint, as far as its names tell; and how it wants images. */
public enum Method {
    /** The reference, one head of prototypes; or a run of ours. */
    SWAV("SwAV", 0.228),
    /** The reference, several heads. */
    DEEPCLUSTER("DeepCluster-v2 or SeLa-v2", 0.228),
    /** Version 1 or 2. */
    MOCO("MoCo", 0.229),
    /** Student and teacher. */
    DINO("DINO", 0.229),
    /** Of any method there. */
    SOLO_LEARN("solo-learn", 0.229),
    /** Of any method there; the authors' own models of SwAV among them. */
    VISSL("VISSL", 0.229),
    /** Of any method there. */
    LIGHTLY("Lightly", 0.229),
    /** Also what bare trunks are saved as. */
    TORCHVISION("torchvision or timm", 0.229),
    /** A trunk under a prefix that is none of these programs'. */
    OTHER("a ResNet", 0.229);

    private final String words;
    private final double redDeviation;

    Method(String words, double redDeviation) {
        this.words = words;
        this.redDeviation = redDeviation;
    }

    static Method of(SavedState state, TrunkNames names, HeadShapes head) {
        Set<String> all = state.tensors().keySet();
        if (head.prototypes().size() > 1) {
            return DEEPCLUSTER;
        }
        if (head.dim() != null) {
            return SWAV;
        }
        if (names.prefix().equals("encoder_q.")) {
            return MOCO;
        }
        if (names.numbered()) {
            return LIGHTLY;
        }
        if (state.place().endsWith("teacher") || state.place().endsWith("student")) {
            return DINO;
        }
        if (names.prefix().equals("_feature_blocks.")) {
            return VISSL;
        }
        if (names.prefix().equals("backbone.") || names.prefix().equals("encoder.")) {
            boolean lightly = all.stream().anyMatch(n -> n.startsWith("projection_head.layers."));
            boolean solo = all.stream().anyMatch(n -> n.matches("(projector|classifier|prototypes)\\..+"));
            return lightly ? LIGHTLY : solo ? SOLO_LEARN : OTHER;
        }
        return names.prefix().isEmpty() ? TORCHVISION : OTHER;
    }

    /** Standard deviation of red that images were divided by: the reference's .228, or the customary .229. */
    public double redDeviation() {
        return redDeviation;
    }

    @Override
    public String toString() {
        return words;
    }
}
