package org.swav4j.pickle;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the names in a file's pickles mean, and which of its objects are passed over. Three kinds: those of {@link Global}'s list,
 * which tensors and plain values need; classes that training programs save beside them, which stand for nothing; and all others,
 * which are refused, or stand for nothing too where a user says so. A name is never looked up as anything that could be called.
 */
final class Names {
    /** Of Python itself. */
    private static final Set<String> PYTHON = Set.of(
            "argparse.Namespace",
            "collections.Counter",
            "collections.defaultdict",
            "collections.deque",
            "datetime.date",
            "datetime.datetime",
            "datetime.timedelta",
            "datetime.timezone",
            "pathlib.Path",
            "pathlib.PosixPath",
            "pathlib.PurePosixPath",
            "pathlib.PureWindowsPath",
            "pathlib.WindowsPath",
            "pathlib._local.PosixPath",
            "pathlib._local.WindowsPath",
            "typing.Any",
            "types.SimpleNamespace");
    /** Types of Python's, in version 2's and 3's module. */
    private static final Set<String> BUILTIN = Set.of(
            "bool",
            "bytearray",
            "bytes",
            "complex",
            "dict",
            "float",
            "frozenset",
            "int",
            "list",
            "object",
            "range",
            "set",
            "slice",
            "str",
            "tuple",
            "unicode");
    /** Of numpy: arrays, such as states of random numbers. */
    private static final Set<String> NUMPY = Set.of(
            "numpy.ndarray",
            "numpy.core.multiarray._reconstruct",
            "numpy._core.multiarray._reconstruct",
            "numpy.core.numeric._frombuffer",
            "numpy._core.numeric._frombuffer");
    /** Of PyTorch. */
    private static final Set<String> TORCH = Set.of(
            "torch.Tensor",
            "torch.nn.parameter.Parameter",
            "torch.torch_version.TorchVersion",
            "torch.serialization._get_layout");
    /** Settings of training programs: PyTorch Lightning (Lightly, solo-learn), Hydra, and the usual dictionaries with dots. */
    private static final Set<String> SETTINGS = Set.of(
            "pytorch_lightning.utilities.parsing.AttributeDict",
            "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
            "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
            "lightning.pytorch.utilities.parsing.AttributeDict",
            "lightning_fabric.utilities.data.AttributeDict",
            "lightning.fabric.utilities.data.AttributeDict",
            "omegaconf.base.ContainerMetadata",
            "omegaconf.base.Metadata",
            "omegaconf.dictconfig.DictConfig",
            "omegaconf.listconfig.ListConfig",
            "omegaconf.nodes.AnyNode",
            "omegaconf.nodes.BooleanNode",
            "omegaconf.nodes.BytesNode",
            "omegaconf.nodes.EnumNode",
            "omegaconf.nodes.FloatNode",
            "omegaconf.nodes.IntegerNode",
            "omegaconf.nodes.PathNode",
            "omegaconf.nodes.StringNode",
            "easydict.EasyDict",
            "yacs.config.CfgNode",
            "fvcore.common.config.CfgNode",
            "addict.addict.Dict");

    private final boolean anyObject;
    private final SortedSet<String> passedOver = new TreeSet<>();

    /** @param anyObject whether objects of unknown classes are passed over too */
    Names(boolean anyObject) {
        this.anyObject = anyObject;
    }

    /** What a name means; empty if it is to be refused. */
    Optional<Global> meaning(String module, String name) {
        Optional<Global> known = Global.of(module, name);
        if (known.isPresent() || !(anyObject || isPassive(module, name))) {
            return known;
        }
        String type = module + "." + name;
        passedOver.add(type);
        return Optional.of(new Global.Passive(type));
    }

    private static boolean isPassive(String module, String name) {
        if (module.equals("builtins") || module.equals("__builtin__")) {
            return BUILTIN.contains(name);
        }
        String type = module + "." + name;
        return PYTHON.contains(type) || NUMPY.contains(type) || TORCH.contains(type) || SETTINGS.contains(type);
    }

    /** The types that were passed over so far. */
    SortedSet<String> passedOver() {
        return Collections.unmodifiableSortedSet(passedOver);
    }
}
