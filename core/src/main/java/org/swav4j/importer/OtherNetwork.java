package org.swav4j.importer;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/** Networks that are no ResNets of this family, told by the names of their tensors, for messages. */
enum OtherNetwork {
    SWIN("a Swin Transformer", "(.+\\.)?layers\\.0\\.blocks\\.0\\.attn\\..+"),
    VIT(
            "a vision transformer (ViT)",
            "(.+\\.)?(blocks\\.0\\.(0\\.)?attn\\..+|encoder\\.layers\\.encoder_layer_0\\..+|cls_token|class_token)"
                    + "|(.+\\.)?encoder\\.layer\\.0\\.attention\\..+"),
    CONVNEXT(
            "a ConvNeXt",
            "(.+\\.)?(stages\\.0\\.0\\.(dwconv|gamma).*|stages\\.0\\.blocks\\.0\\.(conv_dw|gamma).*"
                    + "|features\\.1\\.0\\.layer_scale|downsample_layers\\.0\\.0\\.weight)"),
    DEEP_STEM("a ResNet with a stem of several convolutions (ResNet-D)", "(.+\\.)?conv1\\.0\\.weight"),
    HUGGING_FACE(
            "a ResNet under the names of Hugging Face's transformers; give torchvision's or timm's file of it",
            "(.+\\.)?encoder\\.stages\\.0\\.layers\\.0\\.layer\\.0\\.convolution\\.weight"),
    EFFICIENT_NET(
            "an EfficientNet or MobileNet",
            "(.+\\.)?(conv_stem\\.weight|_conv_stem\\.weight|features\\.0\\.0\\.weight)"),
    REGNET("a RegNet", "(.+\\.)?(trunk_output\\.block1\\..+|s1\\.b1\\..+)"),
    DENSE_NET("a DenseNet", "(.+\\.)?features\\.denseblock1\\..+"),
    VGG("a VGG network or AlexNet", "(.+\\.)?features\\.0\\.(weight|bias)");

    private final String words;
    private final Pattern names;

    OtherNetwork(String words, String names) {
        this.words = words;
        this.names = Pattern.compile(names);
    }

    /** Which of them has tensors of these names; empty if none is known. */
    static Optional<OtherNetwork> of(Collection<String> names) {
        return Arrays.stream(values())
                .filter(each ->
                        names.stream().anyMatch(name -> each.names.matcher(name).matches()))
                .findFirst();
    }

    @Override
    public String toString() {
        return words;
    }
}
