import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs an exported TorchScript program in DJL, with nothing of swav4j: {@code java -cp 'djl/*' DjlEncoder.java encoder.pt
 * images.bin 32 features.bin}. Images are RGB bytes [N, side, side, 3]; what comes out is float32, little-endian, one output
 * behind the other.
 */
public final class DjlEncoder {
    public static void main(String[] arguments) throws Exception {
        byte[] images = Files.readAllBytes(Path.of(arguments[1]));
        int side = Integer.parseInt(arguments[2]);
        Criteria<NDList, NDList> criteria = Criteria.builder()
                .setTypes(NDList.class, NDList.class)
                .optEngine("PyTorch")
                .optModelPath(Path.of(arguments[0]))
                .optTranslator(new NoopTranslator())
                .build();
        try (ZooModel<NDList, NDList> encoder = criteria.loadModel();
                Predictor<NDList, NDList> predictor = encoder.newPredictor();
                NDManager manager = NDManager.newBaseManager()) {
            Shape shape = new Shape(images.length / (3L * side * side), side, side, 3);
            NDArray pixels = manager.create(ByteBuffer.wrap(images), shape, DataType.UINT8);
            NDList outputs = predictor.predict(new NDList(pixels));
            int length = outputs.stream().mapToInt(output -> (int) output.size()).sum();
            ByteBuffer bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
            for (NDArray output : outputs) {
                bytes.asFloatBuffer().put(output.toFloatArray());
                bytes.position(bytes.position() + 4 * (int) output.size());
            }
            Files.write(Path.of(arguments[3]), bytes.array());
        }
        System.out.println(ai.djl.engine.Engine.getEngine("PyTorch").getVersion());
    }
}
