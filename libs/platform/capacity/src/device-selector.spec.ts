import type { Device } from '@stead/platform/kube';
import { parseSelector } from './device-selector';

const device: Device = {
  ...{ name: 'gpu-0', nodeName: 'a', consumes: {}, tainted: false },
  attributes: { type: 'gpu', productName: 'NVIDIA A100', index: 3, healthy: true, 'topology.example.com/numa': 1 },
  capacity: { memory: '40Gi' },
};

describe('selectors of devices', () => {
  it.each([
    [`device.driver == 'gpu.nvidia.com' && device.attributes['gpu.nvidia.com'].type == 'gpu'`, true],
    [`device.driver == "gpu.nvidia.com" && device.attributes["gpu.nvidia.com"].type == "mig"`, false],
    [`device.driver == 'other.example.com'`, false],
    [`device.attributes["gpu.nvidia.com"].productName.lowerAscii().contains("a100")`, true],
    [`device.attributes["gpu.nvidia.com"].productName.startsWith("AMD")`, false],
    [`device.capacity["gpu.nvidia.com"].memory.compareTo(quantity("39Gi")) >= 0`, true],
    [`device.capacity["gpu.nvidia.com"].memory.isGreaterThan(quantity("80Gi"))`, false],
    [`device.attributes["topology.example.com"].numa == 1`, true],
    [`device.attributes["gpu.nvidia.com"]["index"] in [1, 2, 3]`, true],
    [`!(device.attributes["gpu.nvidia.com"].index > 3) && device.attributes["gpu.nvidia.com"].healthy`, true],
    [`device.attributes["gpu.nvidia.com"].index - 1 == 2`, null],
    [`has(device.attributes["gpu.nvidia.com"].profile) || device.attributes["gpu.nvidia.com"].type == 'gpu'`, true],
    // An error ends the allocation, unless the other side of an "or" decides.
    [`device.attributes["gpu.nvidia.com"].profile == '1g.5gb'`, false],
    [`device.attributes["gpu.nvidia.com"].profile == '1g.5gb' || device.driver == 'gpu.nvidia.com'`, true],
    [`device.attributes["elsewhere.example.com"].type == 'gpu'`, false],
    // What is not understood selects nobody knows what.
    [`cel.bind(a, device.attributes["gpu.nvidia.com"], a.type == 'gpu')`, null],
    [`device.attributes["gpu.nvidia.com"].productName.matches("A100")`, null],
    ['', null],
    [`device.driver == 'unended`, null],
  ])('%s: %p', (expression, want) => {
    const selector = parseSelector(expression);
    expect(selector === null ? null : selector('gpu.nvidia.com', device)).toBe(want);
  });
});
