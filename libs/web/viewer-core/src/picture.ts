import { Color, PerspectiveCamera, Scene, WebGLRenderer, type Object3D } from 'three';
import { directionOf, add, type Pose } from './navigation/pose';
import { NoWebGl, isSoftware, ratioWithin } from './rendering/graphics';
import { verticalFov } from './rendering/lens';
import { pictureUniforms, type PictureUniforms } from './rendering/point-material';

/** Near plane and far plane as shares of the map's diagonal. */
const NEAR = 1 / 2_000;
const FAR = 8;
/** Sizes of a point in CSS pixels. */
const POINT_PX_MIN = 1.2;
const POINT_PX_MAX = 28;
const DEGREES = 180 / Math.PI;

/** The drawing surface: one scene, one camera, z up. */
export class Picture {
  readonly camera: PerspectiveCamera;
  readonly uniforms: PictureUniforms = pictureUniforms();
  readonly software: boolean;
  private readonly scene = new Scene();
  private readonly renderer: WebGLRenderer;
  private widthPx = 1;
  private heightPx = 1;
  private ratio = 1;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    span: number,
  ) {
    try {
      this.renderer = new WebGLRenderer({ canvas, antialias: false, powerPreference: 'high-performance' });
    } catch (error) {
      throw new NoWebGl('the browser gives no WebGL context', { cause: error });
    }
    this.software = isSoftware(this.renderer.getContext());
    this.camera = new PerspectiveCamera(60, 1, span * NEAR, span * FAR);
    this.camera.up.set(0, 0, 1);
  }

  get size(): { widthPx: number; heightPx: number } {
    return { widthPx: this.widthPx, heightPx: this.heightPx };
  }

  get fovRadians(): number {
    return this.camera.fov / DEGREES;
  }

  /** What draws, for layers that prepare their own drawing with it. */
  get surface(): WebGLRenderer {
    return this.renderer;
  }

  add(object: Object3D): void {
    this.scene.add(object);
  }

  setBackground(colour: string): void {
    this.scene.background = new Color(colour);
  }

  /** Follows the size of the canvas on the page and the ratio asked for, as far as what draws can bear. */
  fit(wanted: number): void {
    const widthPx = Math.max(1, this.canvas.clientWidth);
    const heightPx = Math.max(1, this.canvas.clientHeight);
    const ratio = ratioWithin(this.software, wanted, widthPx, heightPx);
    if (widthPx === this.widthPx && heightPx === this.heightPx && ratio === this.ratio) return;
    Object.assign(this, { widthPx, heightPx, ratio });
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(widthPx, heightPx, false);
    const fov = verticalFov(widthPx / heightPx);
    this.camera.fov = fov * DEGREES;
    this.camera.aspect = widthPx / heightPx;
    this.camera.updateProjectionMatrix();
    this.uniforms.pxPerUnit.value = (heightPx * ratio) / (2 * Math.tan(fov / 2));
    this.uniforms.sizeRangePx.value = [POINT_PX_MIN * Math.max(1, ratio), POINT_PX_MAX * ratio];
  }

  aim(pose: Pose): void {
    const [x, y, z] = pose.position;
    this.camera.position.set(x, y, z);
    this.camera.lookAt(...add(pose.position, directionOf(pose)));
    this.camera.updateMatrixWorld(true);
  }

  draw(): void {
    this.renderer.render(this.scene, this.camera);
  }

  dispose(): void {
    this.renderer.dispose();
  }
}
