package org.swav4j.dataset.fetch;

import java.util.List;
import java.util.Optional;

/**
 * The data sets that can be fetched. Checksums are those that the authors' pages or torchvision 0.2x state; none is our own.
 * Sizes in bytes are those that TensorFlow Datasets records for the same files.
 */
public final class Catalogue {
    private static final String TORCHVISION = "torchvision";
    private static final String CIFAR_PAGE = "https://www.cs.toronto.edu/~kriz/cifar.html";
    private static final String CIFAR_CITATION =
            "Alex Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009";
    private static final String NO_LICENCE = "none is stated on its page";

    private static final List<DataSet> ALL =
            List.of(cifar10(), cifar100(), stl10(), eurosat(), imagenette(), flowers102(), pets());

    private Catalogue() {}

    /** All of them. */
    public static List<DataSet> all() {
        return ALL;
    }

    /** The one of that name. */
    public static Optional<DataSet> find(String name) {
        return ALL.stream().filter(set -> set.name().equals(name)).findFirst();
    }

    private static DataSet cifar10() {
        return new DataSet(
                "cifar10",
                "CIFAR-10",
                60_000,
                10,
                "32x32, saved as PNG: train 50,000, test 10,000",
                List.of(RemoteFile.of(
                        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                        170_052_171,
                        "c32a1d4ab5d03f1284b67883e8d87530",
                        "the authors' page")),
                280_000_000,
                NO_LICENCE,
                CIFAR_CITATION,
                CIFAR_PAGE,
                CifarLayout.cifar10());
    }

    private static DataSet cifar100() {
        return new DataSet(
                "cifar100",
                "CIFAR-100",
                60_000,
                100,
                "32x32, saved as PNG: train 50,000, test 10,000",
                List.of(RemoteFile.of(
                        "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
                        168_513_733,
                        "03b5dce01913d631647c71ecec9e9cb8",
                        "the authors' page")),
                280_000_000,
                NO_LICENCE,
                CIFAR_CITATION,
                CIFAR_PAGE,
                CifarLayout.cifar100());
    }

    private static DataSet stl10() {
        return new DataSet(
                "stl10",
                "STL-10",
                113_000,
                10,
                "96x96, saved as PNG: train 5,000, test 8,000, unlabeled 100,000 without classes",
                List.of(RemoteFile.of(
                        "https://ai.stanford.edu/~acoates/stl10/" + StlLayout.ARCHIVE,
                        2_640_397_119L,
                        "91f7769df0f17e558f3565bffb0c7dfb",
                        TORCHVISION)),
                3_000_000_000L,
                "none is stated on its page; the images come from ImageNet",
                "Adam Coates, Honglak Lee, Andrew Y. Ng: An Analysis of Single Layer Networks in Unsupervised Feature"
                        + " Learning, AISTATS 2011",
                "https://cs.stanford.edu/~acoates/stl10/",
                new StlLayout());
    }

    private static DataSet eurosat() {
        return new DataSet(
                "eurosat",
                "EuroSAT (RGB)",
                27_000,
                10,
                "64x64 JPEG: all 27,000; its authors publish no split",
                List.of(RemoteFile.of(
                        "https://huggingface.co/datasets/torchgeo/eurosat/resolve/"
                                + "c877bcd43f099cd0196738f714544e355477f3fd/EuroSAT.zip",
                        94_280_567,
                        "c8fa014336c82ac7804f0398fcb19387",
                        TORCHVISION)),
                170_000_000,
                "MIT, as published with DOI 10.5281/zenodo.7711810",
                "Patrick Helber, Benjamin Bischke, Andreas Dengel, Damian Borth: EuroSAT: A Novel Dataset and Deep Learning"
                        + " Benchmark for Land Use and Land Cover Classification, IEEE JSTARS 2019",
                "https://github.com/phelber/eurosat",
                new FolderLayout("EuroSAT.zip", "2750/", "all/"));
    }

    private static DataSet imagenette() {
        return new DataSet(
                "imagenette",
                "Imagenette 2, 320 px",
                13_394,
                10,
                "JPEG, shorter side 320: train 9,469, val 3,925",
                List.of(RemoteFile.of(
                        "https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-320.tgz",
                        341_663_724,
                        "3df6f0d01a2c9592104656642f5e78a3",
                        TORCHVISION)),
                380_000_000,
                "Apache-2.0, as its repository; the images come from ImageNet, whose terms of access apply to them",
                "Jeremy Howard: Imagenette, 2019",
                "https://github.com/fastai/imagenette",
                new FolderLayout("imagenette2-320.tgz", "imagenette2-320/", ""));
    }

    private static DataSet flowers102() {
        String folder = "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/";
        return new DataSet(
                "flowers102",
                "Oxford 102 Flowers",
                8_189,
                102,
                "JPEG, shorter side at least 500: train 1,020, val 1,020, test 6,149",
                List.of(
                        RemoteFile.of(
                                folder + FlowersLayout.LABELS, 502, "e0620be6f572b9609742df49c70aed4d", TORCHVISION),
                        RemoteFile.of(
                                folder + FlowersLayout.SPLITS, 14_989, "a5357ecc9cb78c4bef273ce3793fc85c", TORCHVISION),
                        RemoteFile.of(
                                folder + FlowersLayout.IMAGES,
                                344_862_509,
                                "52808999861908f626f3c1f4e79d11fa",
                                TORCHVISION)),
                370_000_000,
                NO_LICENCE,
                "Maria-Elena Nilsback, Andrew Zisserman: Automated Flower Classification over a Large Number of Classes,"
                        + " ICVGIP 2008",
                folder,
                new FlowersLayout());
    }

    private static DataSet pets() {
        String folder = "https://www.robots.ox.ac.uk/~vgg/data/pets/";
        return new DataSet(
                "pets",
                "Oxford-IIIT Pet",
                7_349,
                37,
                "JPEG of many sizes: train 3,680 (its trainval), test 3,669; images in neither list are left out",
                List.of(
                        RemoteFile.of(
                                folder + "data/" + PetsLayout.ANNOTATIONS,
                                19_173_078,
                                "95a8c909bbe2e81eed6a22bccdf3f68f",
                                TORCHVISION),
                        RemoteFile.of(
                                folder + "data/" + PetsLayout.IMAGES,
                                791_918_971,
                                "5c4f3ee8e5d25df40f4fd59a7f44e54c",
                                TORCHVISION)),
                820_000_000,
                "CC BY-SA 4.0; the photographs' owners keep their rights",
                "Omkar M. Parkhi, Andrea Vedaldi, Andrew Zisserman, C. V. Jawahar: Cats and Dogs, CVPR 2012",
                folder,
                new PetsLayout());
    }
}
