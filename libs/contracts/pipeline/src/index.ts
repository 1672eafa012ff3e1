export { STEPS, ENTRYPOINTS, PIPELINE, EXIT, stepNameSchema, captureKindSchema, entrypointSchema } from './steps';
export type { StepName, CaptureKind, Entrypoint } from './steps';
export { captureManifestSchema, captureFileSchema } from './capture-manifest';
export type { CaptureManifest, CaptureFile } from './capture-manifest';
export { PRESETS, presetSchema, pipelineOptionsSchema, pipelineOverridesSchema, runParamsSchema } from './params';
export type { Preset, PipelineOptions, RunParams } from './params';
export { stepRecordSchema, stepFailureSchema, progressLineSchema, storedFileSchema } from './records';
export type { StepRecord, StepFailure, ProgressLine, StoredFile } from './records';
export { bundleManifestSchema, qualitySchema, gradeSchema } from './bundle';
export type { BundleManifest, Quality, SplatEntry } from './bundle';
export { keys } from './keys';
export { isSealedKey } from './sealed-keys';
export { LAS_RECORD_BYTES } from './las';
export { camerasSchema } from './cameras';
export type { CameraPose, PlacedCamera, PlacedPhoto } from './cameras';
export {
  OUTLINE_POINTS_MAX,
  boxSchema,
  coverSchema,
  detectedCoverSchema,
  drawnCoverSchema,
  outlineSchema,
  redactionPlanSchema,
  volumeSchema,
} from './redaction';
export type { Cover, Outline, RedactionPlan, Volume } from './redaction';
export { reviewRecordSchema } from './review-record';
export type { ReviewRecord } from './review-record';
