package org.swav4j.export;

import java.util.ArrayList;
import java.util.List;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.Stem;

/** How a file is read in Python, for its model card. */
record CardExample(String file, ExportConfig config, NetworkShape shape) {
    List<String> lines() {
        return switch (config.format()) {
            case SAFETENSORS, PYTORCH -> weights();
            case TORCHSCRIPT ->
                code(
                        "import torch",
                        "encoder = torch.jit.load(\"" + file + "\")",
                        "with torch.no_grad():",
                        "    " + String.join(", ", shape.outputs()) + " = encoder(" + config.input() + ")");
            case ONNX ->
                code(
                        "import onnxruntime",
                        "session = onnxruntime.InferenceSession(\"" + file + "\")",
                        String.join(", ", shape.outputs()) + " = session.run(None, {\"" + config.input()
                                + "\": images})");
        };
    }

    private List<String> weights() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "Tensors have torchvision's names"
                        + (shape.part() == ExportedPart.TRUNK
                                ? "; there is no `fc`."
                                : ", those of the head and the prototypes the SwAV authors' (`projection_head.`, `prototypes.`)."));
        Architecture architecture = shape.architecture();
        if (architecture.width() != 1) {
            lines.add("torchvision has no network of this width: every channel count of "
                    + architecture.name().replaceFirst("w.*", "") + " times " + architecture.width() + ".");
            return lines;
        }
        lines.add("");
        List<String> code = new ArrayList<>();
        code.add("import torch, torchvision");
        code.add("from torch import nn");
        code.add("model = torchvision.models.ResNet(torchvision.models.resnet."
                + (architecture.bottleneck() ? "Bottleneck" : "BasicBlock") + ", " + architecture.blocks() + ")");
        if (shape.stem() != Stem.IMAGENET) {
            int stride = shape.stem() == Stem.SMALL ? 1 : 2;
            code.add("model.conv1 = nn.Conv2d(3, 64, 3, stride=" + stride + ", padding=1, bias=False)");
            code.add("model.maxpool = nn.Identity()");
        }
        code.add("model.fc = nn.Identity()");
        if (config.format() == ExportFormat.SAFETENSORS) {
            code.add("from safetensors.torch import load_file");
            code.add("weights = load_file(\"" + file + "\")");
        } else {
            code.add("weights = torch.load(\"" + file + "\", map_location=\"cpu\")");
        }
        if (shape.part() != ExportedPart.TRUNK) {
            code.add(
                    "weights = {k: v for k, v in weights.items() if not k.startswith((\"projection_head.\", \"prototypes.\"))}");
        }
        code.add("model.load_state_dict(weights, strict=True)");
        code.add("features = model.eval()(images)");
        lines.addAll(code(code.toArray(String[]::new)));
        return lines;
    }

    private static List<String> code(String... code) {
        List<String> lines = new ArrayList<>();
        lines.add("```python");
        lines.addAll(List.of(code));
        lines.add("```");
        return lines;
    }
}
