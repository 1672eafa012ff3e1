import { receiversOf, type MessageDefinition, type Service } from '@stead/contracts/messaging';
import { cancelRun, purgeRun, requestRun, runChanged, runProgressed } from '@stead/contracts/dispatcher';
import { mapVersionChanged, mapVersionReady, redactVersion, retireVersion, spaceMapDeleted } from '@stead/contracts/space-maps';
import {
  blurRequestChanged,
  checkMedia,
  publicationChanged,
  publicationPasswordChanged,
  purgeMedia,
  readReview,
  reviewChanged,
  shareLinkChanged,
} from '@stead/contracts/studio';
import {
  captureDeleted,
  captureRejected,
  captureVerified,
  eraseOriginals,
  originalsErased,
  probeCapture,
} from '@stead/contracts/workspaces';

/** Every message of the system. A service does not start unless it handles exactly those that name it. */
export const MESSAGES: readonly MessageDefinition[] = [
  probeCapture,
  captureVerified,
  captureRejected,
  captureDeleted,
  eraseOriginals,
  originalsErased,
  requestRun,
  cancelRun,
  purgeRun,
  runChanged,
  runProgressed,
  mapVersionReady,
  mapVersionChanged,
  redactVersion,
  retireVersion,
  spaceMapDeleted,
  publicationChanged,
  publicationPasswordChanged,
  shareLinkChanged,
  checkMedia,
  purgeMedia,
  readReview,
  reviewChanged,
  blurRequestChanged,
];

export function messagesFor(service: Service): readonly MessageDefinition[] {
  return MESSAGES.filter((message) => receiversOf(message).includes(service));
}
