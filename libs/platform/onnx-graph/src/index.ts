export { OnnxGraph } from './onnx-graph';
export type { OnnxAttribute } from './onnx-graph';
