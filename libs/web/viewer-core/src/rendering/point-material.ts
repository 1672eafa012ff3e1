import { ShaderMaterial } from 'three';

/** What all materials of a picture have in common: written once a frame, whatever the number of tiles. */
export interface PictureUniforms {
  /** How many pixels of the drawing buffer a unit covers at distance 1. */
  readonly pxPerUnit: { value: number };
  /** Least and largest size of a point, in pixels of the drawing buffer. */
  readonly sizeRangePx: { value: [number, number] };
}

export function pictureUniforms(): PictureUniforms {
  return { pxPerUnit: { value: 1 }, sizeRangePx: { value: [1, 16] } };
}

/** Points overlap a little, or holes show through where they stand in a slanted row. */
const OVERLAP = 1.9;

const VERTEX = /* glsl */ `
  uniform float worldSize;
  uniform float pxPerUnit;
  uniform vec2 sizeRangePx;
  varying vec3 tint;
  varying float sizePx;

  void main() {
    vec4 seen = modelViewMatrix * vec4(position, 1.0);
    gl_Position = projectionMatrix * seen;
    sizePx = clamp(worldSize * pxPerUnit / max(1e-6, -seen.z), sizeRangePx.x, sizeRangePx.y);
    gl_PointSize = sizePx;
    #ifdef USE_COLOR
      tint = color.rgb;
    #else
      tint = vec3(0.6);
    #endif
  }
`;

/** Round, and a little darker towards the rim: neighbouring surfaces stand apart without a second pass over the picture. */
const FRAGMENT = /* glsl */ `
  varying vec3 tint;
  varying float sizePx;

  void main() {
    vec2 offset = gl_PointCoord * 2.0 - 1.0;
    float fromCentre = dot(offset, offset);
    if (sizePx > 2.5 && fromCentre > 1.0) discard;
    float shade = 1.0 - 0.22 * min(1.0, fromCentre) * smoothstep(2.0, 6.0, sizePx);
    gl_FragColor = vec4(tint * shade, 1.0);
    #include <colorspace_fragment>
  }
`;

/** Colours come in linear (glTF's COLOR_0) and leave in the colour space of the canvas. */
export class PointMaterial extends ShaderMaterial {
  private readonly worldSize = { value: 0 };

  constructor(picture: PictureUniforms, coloured: boolean) {
    super({ vertexShader: VERTEX, fragmentShader: FRAGMENT, vertexColors: coloured });
    this.uniforms = { worldSize: this.worldSize, pxPerUnit: picture.pxPerUnit, sizeRangePx: picture.sizeRangePx };
  }

  /** Distance between points, in the units of the map: they are drawn so large that they close the surface. */
  set spacing(spacing: number) {
    this.worldSize.value = spacing * OVERLAP;
  }
}
