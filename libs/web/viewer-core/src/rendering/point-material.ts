import { ShaderMaterial } from 'three';
import type { Vec3 } from '../navigation/pose';

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
export const OVERLAP = 1.9;

/**
 * All that a point's pixels have in common is told here, once for each point, and its pixels take it as it is (`flat`): the
 * power function of sRGB alone, asked for every pixel, took a third of a frame where a processor draws. Colours leave the
 * vertex encoded (IEC 61966-2-1), so that the rim is darkened by 0.107 of the encoded value: 0.78 of the light (0.78^(1/2.2) = 0.893).
 */
const VERTEX = /* glsl */ `
  uniform float worldSizes[8];
  uniform vec3 centre;
  uniform float pxPerUnit;
  uniform vec2 sizeRangePx;
  flat varying vec3 tint;
  flat varying float rimShade;
  flat varying float reach;

  vec3 encoded(vec3 linear) {
    return mix(12.92 * linear, 1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, linear));
  }

  void main() {
    vec4 placed = modelMatrix * vec4(position, 1.0);
    vec4 seen = viewMatrix * placed;
    vec3 side = step(centre, placed.xyz);
    float worldSize = worldSizes[int(side.x + 2.0 * side.y + 4.0 * side.z + 0.5)];
    float sizePx = clamp(worldSize * pxPerUnit / max(1e-6, -seen.z), sizeRangePx.x, sizeRangePx.y);
    gl_Position = projectionMatrix * seen;
    gl_PointSize = sizePx;
    rimShade = 0.107 * smoothstep(2.0, 6.0, sizePx);
    reach = sizePx > 2.5 ? 1.0 : 2.0;
    #ifdef USE_COLOR
      tint = encoded(color.rgb);
    #else
      tint = encoded(vec3(0.6));
    #endif
  }
`;

/** Round, and a little darker towards the rim: neighbouring surfaces stand apart without a second pass over the picture. */
const FRAGMENT = /* glsl */ `
  flat varying vec3 tint;
  flat varying float rimShade;
  flat varying float reach;

  void main() {
    vec2 offset = gl_PointCoord * 2.0 - 1.0;
    float fromCentre = dot(offset, offset);
    if (fromCentre > reach) discard;
    gl_FragColor = vec4(tint * (1.0 - rimShade * fromCentre), 1.0);
  }
`;

/** One distance between points for each eighth of a tile: x, y and z above the centre count 1, 2 and 4. */
export type OctantSpacings = readonly [number, number, number, number, number, number, number, number];

/** Colours come in linear (glTF's COLOR_0) and leave as sRGB, which is what canvases are. */
export class PointMaterial extends ShaderMaterial {
  private readonly worldSizes = { value: new Float32Array(8) };

  constructor(picture: PictureUniforms, centre: Vec3, coloured: boolean) {
    super({ vertexShader: VERTEX, fragmentShader: FRAGMENT, vertexColors: coloured });
    this.uniforms = {
      worldSizes: this.worldSizes,
      centre: { value: [...centre] },
      pxPerUnit: picture.pxPerUnit,
      sizeRangePx: picture.sizeRangePx,
    };
  }

  /** In the units of the map: points are drawn so large that they close the surface. */
  set spacings(spacings: OctantSpacings) {
    this.worldSizes.value.set(spacings.map((spacing) => spacing * OVERLAP));
  }
}
