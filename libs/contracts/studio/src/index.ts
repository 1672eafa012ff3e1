export { publicationChanged, publicationPasswordChanged } from './events';
export { internalMapVersion, mapVersionParams } from './internal';
export type { InternalMapVersion } from './internal';
export { previewVolumeSchema, visibilitySchema } from './access';
export type { PreviewVolume, Visibility } from './access';
export {
  changeShareLinkBody,
  createShareLinkBody,
  SHARE_LINKS_MAX,
  shareLinkChanged,
  shareLinkParams,
  shareLinkSchema,
  shareLinkStateSchema,
} from './share-links';
export type { ChangeShareLinkBody, CreateShareLinkBody, ShareLinkState, ShareLinkView } from './share-links';
export {
  changePublicationBody,
  createPublicationBody,
  publicationParams,
  publicationSchema,
  publicationsFilterSchema,
  publicationStateSchema,
} from './http';
export type { ChangePublicationBody, CreatePublicationBody, PublicationSettings, PublicationState } from './http';
export { LOCALES } from './text';
export type { Locale } from './text';
export { publishedMediaSchema, publishedSceneSchema, storedContentsSchema } from './published-scene';
export type { PublishedMedia, PublishedScene, StoredContents } from './published-scene';
export { viewSchema } from './geometry';
export type { GeoPose, Point, View } from './geometry';
export { elementSchema, POLYGON_POINTS_MAX, regionSchema } from './elements';
export type { Element, ElementKind, ElementOf } from './elements';
export { blurRequestChanged, readReview, reviewChanged } from './privacy/jobs';
export { POINT_OF_INTEREST_CATEGORIES } from './point-of-interest';
export type { OpeningHours } from './point-of-interest';
export {
  CHANGES_MAX,
  ELEMENTS_MAX,
  changeSceneBody,
  createSceneBody,
  attentionSchema,
  diffFilterSchema,
  draftTourBody,
  moveSceneBody,
  restoreBody,
  sceneDiffSchema,
  sceneElementParams,
  sceneElementSchema,
  sceneElementsFilterSchema,
  sceneParams,
  sceneRevisionParams,
  sceneRevisionSchema,
  sceneSchema,
  scenesFilterSchema,
  undoBody,
} from './scenes';
export type {
  Attention,
  ChangeSceneBody,
  CreateSceneBody,
  Derived,
  SceneChange,
  SceneDiff,
  SceneElementView,
  SceneRevisionView,
  SceneView,
} from './scenes';
export {
  changeMediaBody,
  checkMedia,
  createMediaBody,
  MEDIA_BYTES_MAX,
  MEDIA_MAX,
  mediaFilterSchema,
  mediaKindSchema,
  mediaParams,
  mediaProblemSchema,
  mediaSchema,
  mediaStateSchema,
  mediaUploadSchema,
  purgeMedia,
} from './media';
export type { CreateMediaBody, MediaKind, MediaProblem, MediaState, MediaUpload, MediaView } from './media';
export {
  MARKS_PER_PICTURE_MAX,
  cropQuerySchema,
  detectionParams,
  detectionSchema,
  detectionsFilterSchema,
  drawBody,
  erasureStateSchema,
  holdBody,
  keepReasonSchema,
  markKindSchema,
  pictureQuerySchema,
  reviewParams,
  reviewPictureParams,
  reviewPictureSchema,
  reviewSchema,
  reviewStateSchema,
  reviewsFilterSchema,
  splitBody,
  trailEntrySchema,
  verdictsBody,
  verdictsResultSchema,
} from './privacy/reviews';
export type {
  DetectionView,
  DrawBody,
  Drawing,
  ErasureState,
  KeepReason,
  MarkKind,
  ReviewPictureView,
  ReviewState,
  ReviewView,
  SplitBody,
  TrailEntryView,
  Verdict,
  VerdictsBody,
} from './privacy/reviews';
export { erasureCertificateSchema, privacyPolicyBody, privacyPolicySchema } from './privacy/policy';
export type { ErasureCertificate, PrivacyPolicyBody, PrivacyPolicyView } from './privacy/policy';
export {
  OPEN_REQUESTS_MAX,
  acceptRequestBody,
  blurRequestParams,
  blurRequestSchema,
  blurRequestStateSchema,
  blurRequestStatusSchema,
  blurRequestsFilterSchema,
  createBlurRequestBody,
  declineRequestBody,
} from './privacy/blur-requests';
export type { BlurRequestState, BlurRequestStatus, BlurRequestView, CreateBlurRequestBody } from './privacy/blur-requests';
