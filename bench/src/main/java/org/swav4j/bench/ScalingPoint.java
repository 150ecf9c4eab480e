package org.swav4j.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Setting;

/**
 * One measured point of a scaling curve: ResNet-50 at some width, crops of one side.
 *
 * @param variable what is varied
 * @param value its value here
 * @param width of the trunk
 * @param batch images a step
 * @param side of the crops, pixels
 * @param crops per image
 * @param prototypes K
 * @param queue past embeddings per assigned crop
 * @param seconds a step, median
 * @param least fastest step, seconds
 * @param most slowest step, seconds
 * @param peakMegabytes most memory that the process had
 * @param gigaflops a step of the network
 * @param besides share of the step that codes, loss and update take
 */
record ScalingPoint(
        String variable,
        double value,
        double width,
        int batch,
        int side,
        int crops,
        int prototypes,
        int queue,
        double seconds,
        double least,
        double most,
        double peakMegabytes,
        double gigaflops,
        double besides) {

    static final String HEADER = "variable,value,width,batch,side,crops,prototypes,queue,seconds_per_step,fastest_step,"
            + "slowest_step,peak_mb,gflops_per_step,share_of_codes_loss_update,images_per_second";

    /** Where every curve passes through: batch 16, 2×96, K = 3000, no queue, width 1; not measured yet. */
    static ScalingPoint base(String variable) {
        return new ScalingPoint(variable, 0, 1, 16, 96, 2, 3000, 0, 0, 0, 0, 0, 0, 0);
    }

    /** The base with the variable at a value; not measured yet. */
    static ScalingPoint at(String variable, double value) {
        ScalingPoint b = base(variable);
        int whole = (int) value;
        return new ScalingPoint(
                variable,
                value,
                variable.equals("width") ? value : b.width,
                variable.equals("batch") ? whole : b.batch,
                variable.equals("side") ? whole : b.side,
                variable.equals("crops") ? whole : b.crops,
                variable.equals("prototypes") ? whole : b.prototypes,
                variable.equals("queue") ? whole : b.queue,
                0,
                0,
                0,
                0,
                0,
                0);
    }

    /** The same with what a child process found. */
    ScalingPoint measured(Map<String, Object> result) {
        return new ScalingPoint(
                variable,
                value,
                width,
                batch,
                side,
                crops,
                prototypes,
                queue,
                Child.number(result, "seconds"),
                Child.number(result, "least"),
                Child.number(result, "most"),
                Child.number(result, "peak_mb"),
                Child.number(result, "gflops"),
                Child.number(result, "besides"));
    }

    /** What is trained, whatever the variable is called: equal for points that need measuring once only. */
    List<Number> settings() {
        return List.of(width, batch, side, crops, prototypes, queue);
    }

    PretrainConfig config(Flags flags) {
        return Workload.paper(batch)
                .with(Setting.ARCH, width == 1 ? "resnet50" : "resnet50w" + number(width))
                .with(Setting.HIDDEN, "2048")
                .with(Setting.CROPS, crops + "x" + side + "@0.14-1")
                .with(Setting.PROTOTYPES, Integer.toString(prototypes))
                .with(flags, Setting.THREADS, Setting.PRECISION)
                .config();
    }

    double imagesPerSecond() {
        return batch / seconds;
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "%s,%s,%s,%d,%d,%d,%d,%d,%.5f,%.5f,%.5f,%.0f,%.1f,%.5f,%.3f",
                variable,
                number(value),
                number(width),
                batch,
                side,
                crops,
                prototypes,
                queue,
                seconds,
                least,
                most,
                peakMegabytes,
                gigaflops,
                besides,
                imagesPerSecond());
    }

    static ScalingPoint parse(String line) {
        String[] cells = line.split(",");
        double[] n = new double[cells.length];
        for (int i = 1; i < n.length; i++) {
            n[i] = Double.parseDouble(cells[i]);
        }
        return new ScalingPoint(
                cells[0],
                n[1],
                n[2],
                (int) n[3],
                (int) n[4],
                (int) n[5],
                (int) n[6],
                (int) n[7],
                n[8],
                n[9],
                n[10],
                n[11],
                n[12],
                n[13]);
    }

    /** Without a fraction that is zero. */
    static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
