package org.swav4j.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceGuardImplInterface;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.EventFlag;

/**
 * A GPU's queue of work: what is put in runs in order, beside what other streams run. Reaches CUDA through libtorch's
 * device-independent interface, so that no class of the bindings is needed which only loads with CUDA. Create it outside a
 * {@code PointerScope} that closes first.
 */
public final class DeviceStream implements AutoCloseable {
    private final DeviceGuardImplInterface driver = torch.getDeviceGuardImpl(DeviceType.CUDA);
    private final byte index;
    private final Stream stream;

    private DeviceStream(ComputeDevice device, boolean current) {
        this.index = (byte) device.index();
        try (Device torchDevice = device.toTorch()) {
            this.stream = current ? driver.getStream(torchDevice) : driver.getStreamFromGlobalPool(torchDevice, false);
        }
    }

    /** The stream that the calling thread's work on a GPU goes to. */
    public static DeviceStream current(ComputeDevice device) {
        return new DeviceStream(device, true);
    }

    /** One of libtorch's further streams of a GPU. */
    public static DeviceStream another(ComputeDevice device) {
        return new DeviceStream(device, false);
    }

    /** Lets the calling thread's work go to this stream until the region is closed. */
    public Region enter() {
        Stream before = driver.exchangeStream(stream);
        return () -> {
            driver.exchangeStream(before).close();
            before.close();
        };
    }

    /** Waits until everything put in so far is done. */
    public void await() {
        driver.synchronizeStream(stream);
    }

    /** A mark to set in streams of this device; the caller closes it. */
    public Mark newMark() {
        return new Mark();
    }

    /** A region of code; closing it ends the region. */
    public interface Region extends AutoCloseable {
        @Override
        void close();
    }

    /** A point in a stream's work. Until it is set for the first time it counts as reached. */
    public final class Mark implements AutoCloseable {
        private final PointerPointer<Pointer> event = new PointerPointer<>(1);

        private Mark() {
            event.put(0, (Pointer) null);
        }

        /** Moves the mark behind everything that was put into a stream so far. */
        public void set(DeviceStream in) {
            driver.record(event, in.stream, index, EventFlag.BACKEND_DEFAULT);
        }

        /** Lets a stream wait for the mark before what is put into it from now on; the caller does not wait. */
        public void holdBack(DeviceStream other) {
            if (isSet()) {
                driver.block(event.get(0), other.stream);
            }
        }

        /** Whether the work before the mark is done. */
        public boolean isReached() {
            return !isSet() || driver.queryEvent(event.get(0));
        }

        /** Waits until the work before the mark is done. */
        public void await() {
            if (isSet()) {
                driver.synchronizeEvent(event.get(0));
            }
        }

        /** Milliseconds of the device's time from another mark to this one; both must be reached. */
        public double millisSince(Mark earlier) {
            return driver.elapsedTime(earlier.event.get(0), event.get(0), index);
        }

        private boolean isSet() {
            return event.get(0) != null;
        }

        @Override
        public void close() {
            if (isSet()) {
                driver.destroyEvent(event.get(0), index);
            }
            event.close();
        }
    }

    @Override
    public void close() {
        stream.close();
    }
}
