package org.numaslab.deploy.samples;

import org.numaslab.cpu.client.Device;
import org.numaslab.cpu.client.Devres;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.topology.CpuId;

/// A driver that takes what it needs for its device and never gives it back: the device does,
/// newest first, when it is unplugged. A probe that fails in the middle gives back its own part
/// alone.
final class ManagedDevice {
  private static final int REGISTERS_BYTES = 512;
  private static final int QUEUES = 8;
  private static final int QUEUE_BYTES = 3000;

  private ManagedDevice() {}

  static void start(Kthreads kthreads) {
    kthreads.run(new CpuId(0), "udevd", ManagedDevice::run);
  }

  private static void run(Task current) {
    Devres devres = current.devres();
    Device dev = new Device("0000:01:00.0", current.node().value());
    int error = probe(current, dev);
    current.print("%s: probed with %d, owns %d".formatted(dev, error, dev.managed()));
    Object half = devres.devresOpenGroup(dev, null, Gfp.KERNEL);
    devres.devmKzalloc(dev, QUEUE_BYTES, Gfp.KERNEL);
    int released = devres.devresReleaseGroup(dev, half);
    current.print("%s: second function failed, %d given back".formatted(dev, released));
    current.print("%s: unplugged, %d given back".formatted(dev, devres.devresReleaseAll(dev)));
  }

  private static int probe(Task current, Device dev) {
    Devres devres = current.devres();
    long registers = devres.devmKzalloc(dev, REGISTERS_BYTES, Gfp.KERNEL);
    long queues = devres.devmKcalloc(dev, QUEUES, Long.BYTES, Gfp.KERNEL);
    if (registers == Slab.NULL || queues == Slab.NULL) {
      return -12;
    }
    for (int i = 0; i < QUEUES; i++) {
      long queue = devres.devmKmalloc(dev, QUEUE_BYTES, Gfp.KERNEL);
      current.contents().writeLong(queues + (long) i * Long.BYTES, queue);
    }
    return devres.devmAddAction(dev, task -> task.print(dev + ": interrupts off"));
  }
}
