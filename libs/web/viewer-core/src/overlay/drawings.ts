import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  Group,
  Mesh,
  MeshBasicMaterial,
  Points,
  PointsMaterial,
  type Object3D,
} from 'three';
import { LineMaterial } from 'three/examples/jsm/lines/LineMaterial.js';
import { LineSegments2 } from 'three/examples/jsm/lines/LineSegments2.js';
import { LineSegmentsGeometry } from 'three/examples/jsm/lines/LineSegmentsGeometry.js';
import type { Vec3 } from '../navigation/pose';

/** Lines and dots over the points: they are seen through walls, so that a measurement is not lost in what it measures. */
export interface Drawing {
  readonly colour: string;
  readonly segments: readonly (readonly [Vec3, Vec3])[];
  readonly widthPx?: number;
  readonly dots?: readonly Vec3[];
  readonly dotPx?: number;
  /** Triangles through which what lies behind is seen. */
  readonly faces?: readonly (readonly [Vec3, Vec3, Vec3])[];
}

const WIDTH_PX = 3;
const DOT_PX = 8;
const FACE_OPACITY = 0.28;
/** After the points, whatever their distance. */
const ORDER = 10;

/** Drawings by name; a new one of the same name takes the place of the old one. */
export class Drawings {
  readonly group = new Group();
  private readonly byName = new Map<string, Object3D>();

  show(name: string, drawing: Drawing | null): void {
    const before = this.byName.get(name);
    if (before !== undefined) {
      this.group.remove(before);
      release(before);
      this.byName.delete(name);
    }
    if (drawing === null) return;
    const made = objectOf(drawing);
    this.byName.set(name, made);
    this.group.add(made);
  }

  dispose(): void {
    for (const name of [...this.byName.keys()]) this.show(name, null);
  }
}

function objectOf({ colour, segments, widthPx = WIDTH_PX, dots = [], dotPx = DOT_PX, faces = [] }: Drawing): Object3D {
  const group = new Group();
  const common = { color: new Color(colour), depthTest: false, transparent: true };
  if (faces.length > 0) {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(faces.flat(2)), 3));
    const glass = { ...common, opacity: FACE_OPACITY, side: DoubleSide, depthWrite: false };
    group.add(new Mesh(geometry, new MeshBasicMaterial(glass)));
  }
  if (segments.length > 0) {
    const geometry = new LineSegmentsGeometry().setPositions(segments.flatMap(([from, to]) => [...from, ...to]));
    group.add(new LineSegments2(geometry, new LineMaterial({ ...common, linewidth: widthPx })));
  }
  if (dots.length > 0) {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(dots.flat()), 3));
    group.add(new Points(geometry, roundDots(new PointsMaterial({ ...common, size: dotPx, sizeAttenuation: false }))));
  }
  for (const child of group.children) Object.assign(child, { renderOrder: ORDER, frustumCulled: false });
  return group;
}

/** The points of a graphics card are squares. */
function roundDots(material: PointsMaterial): PointsMaterial {
  material.onBeforeCompile = (shader) => {
    const round = 'if (distance(gl_PointCoord, vec2(0.5)) > 0.5) discard;';
    shader.fragmentShader = shader.fragmentShader.replace('void main() {', `void main() { ${round}`);
  };
  return material;
}

function release(object: Object3D): void {
  object.traverse((node) => {
    if (!(node instanceof Mesh || node instanceof Points)) return; // lines of a width are meshes too
    (node.geometry as BufferGeometry).dispose(); // all are made above
    for (const material of [node.material].flat()) material.dispose();
  });
}
