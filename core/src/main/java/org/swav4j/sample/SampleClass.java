package org.swav4j.sample;

import java.util.Locale;
import org.swav4j.sample.Silhouettes.Silhouette;
import org.swav4j.sample.Textures.Texture;

/** The classes of the sample data set: an outline and a surface pattern each. Colour and background tell nothing about them. */
@SuppressWarnings("ImmutableEnumChecker") // the functions are references to static methods without state
enum SampleClass {
    CRESCENT(Silhouettes::crescent, Textures::blotches),
    CROSS(Silhouettes::cross, Textures::stripes),
    FISH(Silhouettes::fish, Textures::scales),
    GEAR(Silhouettes::gear, Textures::grooves),
    HEART(Silhouettes::heart, Textures::zigzag),
    KEY(Silhouettes::key, Textures::grain),
    LEAF(Silhouettes::leaf, Textures::veins),
    MUSHROOM(Silhouettes::mushroom, Textures::eyes),
    RING(Silhouettes::ring, Textures::spokes),
    SPIRAL(Silhouettes::spiral, Textures::fade),
    STAR(Silhouettes::star, Textures::dots),
    TILE(Silhouettes::tile, Textures::checks);

    final Silhouette silhouette;
    final Texture texture;

    SampleClass(Silhouette silhouette, Texture texture) {
        this.silhouette = silhouette;
        this.texture = texture;
    }

    /** The name of the class's folder. */
    String folder() {
        return name().toLowerCase(Locale.ROOT);
    }
}
