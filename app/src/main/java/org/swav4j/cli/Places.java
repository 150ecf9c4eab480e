package org.swav4j.cli;

import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.swav4j.data.LabelledImages;
import org.swav4j.s3.S3Locations;
import org.swav4j.source.ImageSources;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** What people type for a place: a path of this machine or, where images may lie elsewhere, a location with a scheme. */
final class Places {
    private static final Pattern SCHEME = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]+://");
    /** Of Java itself, and with nothing in them that anyone would train on. */
    private static final Set<String> NOT_FOR_DATA = Set.of("jar", "jrt");

    private Places() {}

    /** Where images may lie: any folder that a file system of this program reaches. */
    static final class Anywhere implements ITypeConverter<Path> {
        @Override
        public Path convert(String typed) {
            if (!SCHEME.matcher(typed).find()) {
                return local(typed);
            }
            try {
                return S3Locations.matches(typed) ? S3Locations.path(typed) : Path.of(URI.create(typed));
            } catch (FileSystemNotFoundException e) {
                throw wrong(typed, "locations begin with " + schemes() + " here, or are plain paths");
            } catch (IllegalArgumentException e) {
                throw wrong(typed, e.getMessage());
            }
        }
    }

    /** What is written, or read in ways that only a disk allows. */
    static final class OnThisMachine implements ITypeConverter<Path> {
        @Override
        public Path convert(String typed) {
            if (SCHEME.matcher(typed).find() && !typed.regionMatches(true, 0, "file:", 0, 5)) {
                throw wrong(typed, "must be on this machine; only images may lie elsewhere");
            }
            return typed.regionMatches(true, 0, "file://", 0, 7) ? new Anywhere().convert(typed) : local(typed);
        }
    }

    /** How messages and records name what was given to an option: as it was typed, but for secrets. */
    static String shown(CommandSpec spec, String option, Path path) {
        OptionSpec given = spec.commandLine().getParseResult().matchedOption(option);
        return given == null || path.getFileSystem() == FileSystems.getDefault()
                ? path.toString()
                : S3Locations.shown(given.originalStringValues().get(0));
    }

    /** Where what was given to an option lies, for records that outlive the working directory. */
    static String recorded(CommandSpec spec, String option, Path path) {
        return path.getFileSystem() == FileSystems.getDefault()
                ? path.toAbsolutePath().toString()
                : shown(spec, option, path);
    }

    /** The images at the place given to an option. */
    static LabelledImages images(CommandSpec spec, String option, Path path) {
        return ImageSources.open(path, shown(spec, option, path));
    }

    /**
     * The images at a place that {@link #recorded} wrote down.
     *
     * @throws org.swav4j.data.DataException if there are none, or none any more
     */
    static LabelledImages recordedImages(String location) {
        return ImageSources.open(new Anywhere().convert(location), location);
    }

    private static Path local(String typed) {
        try {
            return Path.of(typed);
        } catch (InvalidPathException e) {
            throw wrong(typed, e.getReason());
        }
    }

    private static TypeConversionException wrong(String typed, String why) {
        return new TypeConversionException("'" + S3Locations.shown(typed) + "': " + why);
    }

    private static String schemes() {
        return FileSystemProvider.installedProviders().stream()
                .map(FileSystemProvider::getScheme)
                .filter(s -> !NOT_FOR_DATA.contains(s))
                .map(s -> s + "://")
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
