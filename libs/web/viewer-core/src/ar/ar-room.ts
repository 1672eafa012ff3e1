import {
  CanvasTexture,
  Group,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  PerspectiveCamera,
  Scene,
  SphereGeometry,
  Sprite,
  SpriteMaterial,
  WebGLRenderer,
  type Object3D,
} from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import type { Pose, Vec3 } from '../navigation/pose';

/** Something that hangs in the place: a marker with its name, or a model. */
export interface ArItem {
  readonly title: string;
  readonly colour: string;
  readonly position: Vec3;
  /** [x, y, z, w] */
  readonly rotation: readonly [number, number, number, number];
  readonly scale: number;
  /** A GLB; null for a marker. */
  readonly modelUrl: string | null;
}

export interface ArRoomOptions {
  readonly session: XRSession;
  readonly items: readonly ArItem[];
  /** Where the visitor stands in the map: the room is laid so that he stands there in the real one, looking the same way. */
  readonly from: Pose;
  readonly metresPerUnit: number;
  /** How high the eye is above the floor of the map, in its units. */
  readonly eyeHeight: number;
  onEnd(): void;
}

const MARKER_RADIUS_M = 0.06;
const LABEL_HEIGHT_M = 0.12;
const LABEL_PX = 64;

/** Shows what hangs in a map in the room where the visitor is, at its true size. Throws when the device refuses. */
export async function enterAr(options: ArRoomOptions): Promise<void> {
  const { session, items } = options;
  const renderer = new WebGLRenderer({ antialias: true, alpha: true });
  const scene = new Scene();
  const camera = new PerspectiveCamera();
  scene.add(
    new HemisphereLight(0xffffff, 0x888888, 3),
    roomOf(
      options,
      items.map((item) => markerOf(item, 1 / options.metresPerUnit)),
    ),
  );
  renderer.xr.enabled = true;
  renderer.xr.setReferenceSpaceType('local-floor');
  session.addEventListener('end', () => {
    renderer.setAnimationLoop(null);
    renderer.dispose();
    options.onEnd();
  });
  try {
    await renderer.xr.setSession(session);
  } catch (error) {
    await session.end();
    throw error;
  }
  renderer.setAnimationLoop(() => renderer.render(scene, camera));
}

/** From the map (z up, its own units) into the room (y up, metres, the visitor at the origin and looking along -z). */
function roomOf({ from, metresPerUnit, eyeHeight }: ArRoomOptions, hung: readonly Object3D[]): Object3D {
  const [x, y, z] = from.position;
  const map = new Group();
  map.add(...hung);
  map.position.set(-x, -y, -(z - eyeHeight));
  const turned = new Group();
  turned.add(map);
  turned.rotation.z = Math.PI / 2 - from.yaw; // what the visitor looks at comes to lie along +y
  const room = new Group();
  room.add(turned);
  room.rotation.x = -Math.PI / 2; // +y, ahead, becomes -z
  room.scale.setScalar(metresPerUnit);
  return room;
}

/** `unitsPerMetre`: markers and models are as large as they are, whatever the map is measured in. */
function markerOf(item: ArItem, unitsPerMetre: number): Object3D {
  const group = new Group();
  group.scale.setScalar(unitsPerMetre);
  group.position.set(...item.position);
  group.quaternion.set(...item.rotation);
  if (item.modelUrl === null) {
    group.add(new Mesh(new SphereGeometry(MARKER_RADIUS_M, 24, 16), new MeshBasicMaterial({ color: item.colour })));
    const label = labelOf(item.title);
    label.position.z = LABEL_HEIGHT_M;
    group.add(label);
    return group;
  }
  // A model is y up; whatever comes late or not at all does not keep the rest from being seen.
  const upright = new Group();
  upright.rotation.x = Math.PI / 2;
  upright.scale.setScalar(item.scale);
  group.add(upright);
  new GLTFLoader().load(item.modelUrl, ({ scene }) => upright.add(scene));
  return group;
}

function labelOf(text: string): Object3D {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (context === null) return new Group();
  const font = `${LABEL_PX * 0.6}px system-ui, sans-serif`;
  context.font = font;
  canvas.width = Math.ceil(context.measureText(text).width) + LABEL_PX;
  canvas.height = LABEL_PX;
  context.font = font; // sizing a canvas forgets it
  context.fillStyle = 'rgb(0 0 0 / 70%)';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#fff';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, canvas.width / 2, canvas.height / 2);
  const sprite = new Sprite(new SpriteMaterial({ map: new CanvasTexture(canvas), depthTest: false }));
  sprite.scale.set((LABEL_HEIGHT_M * canvas.width) / canvas.height, LABEL_HEIGHT_M, 1);
  return sprite;
}
