import { Checkbox, Fieldset, Stack } from '@mantine/core';
import type { JSX } from 'react';
import { anglesOf, quaternionOf, type Angles } from '../model/rotation';
import type { ElementOf } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { FieldError, LocalisedFields, NumberField, PointField } from './fields';
import type { FormProps } from './form-props';
import { MediaChoice } from './media-choice';

type Anchor = ElementOf<'ar-anchor'>;
const ANGLES = ['turn', 'tilt', 'roll'] as const satisfies (keyof Angles)[];
const FILES = [
  ['glbMediaId', 'glb', 'anchorGlb'],
  ['usdzMediaId', 'usdz', 'anchorUsdz'],
  ['fallbackMediaId', 'image', 'anchorFallback'],
] as const;

export function AnchorForm({ element, onChange, problems }: FormProps<'ar-anchor'>): JSX.Element {
  const { t } = useStudioWords();
  const set = (change: Partial<Anchor>): void => onChange({ ...element, ...change });
  const angles = anglesOf(element.rotation);
  return (
    <Stack gap="sm">
      <LocalisedFields
        label={t('titleLabel')}
        value={element.title}
        onChange={(title) => set({ title: title ?? {} })}
        {...{ pointer: '/title', problems }}
      />
      <PointField
        label={t('place')}
        value={element.position}
        onChange={(position) => set({ position })}
        error={problems.below('/position')}
      />
      <Fieldset legend={t('rotation')} p="xs">
        <div className="studio-three">
          {ANGLES.map((name) => (
            <NumberField
              key={name}
              label={t(`angle-${name}`)}
              value={angles[name]}
              onChange={(degrees) => set({ rotation: quaternionOf({ ...angles, [name]: degrees }) })}
            />
          ))}
        </div>
        {problems.below('/rotation') !== undefined && <FieldError>{problems.below('/rotation')}</FieldError>}
      </Fieldset>
      {FILES.map(([name, kind, word]) => (
        <MediaChoice
          key={name}
          label={t(word)}
          kinds={[kind]}
          value={element[name]}
          none={t('anchorNoFile')}
          onChange={(mediaId) => set({ [name]: mediaId })}
          error={problems.below(`/${name}`)}
        />
      ))}
      <div className="studio-two">
        <NumberField
          label={t('radiusM')}
          value={element.radiusM}
          onChange={(radiusM) => set({ radiusM })}
          error={problems.at('/radiusM')}
        />
        <NumberField
          label={t('scale')}
          value={element.scale}
          onChange={(scale) => set({ scale })}
          error={problems.at('/scale')}
        />
      </div>
      <GeoPoseFields element={element} onChange={set} error={problems.below('/geoPose')} />
    </Stack>
  );
}

/** Where it is on Earth (OGC GeoPose); its rotation against east, north and up. */
function GeoPoseFields({
  element: { geoPose },
  onChange,
  error,
}: {
  element: Anchor;
  onChange: (change: Partial<Anchor>) => void;
  error: string | undefined;
}): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const none = { position: { lat: 0, lon: 0, h: 0 }, quaternion: { x: 0, y: 0, z: 0, w: 1 } };
  return (
    <Fieldset legend={t('geoPose')} p="xs">
      <Checkbox
        label={t('geoPoseHas')}
        checked={geoPose !== null}
        disabled={!writes}
        onChange={({ currentTarget: { checked } }) => onChange({ geoPose: checked ? none : null })}
      />
      {geoPose !== null && <GeoPose geoPose={geoPose} onChange={(next) => onChange({ geoPose: next })} />}
      {error !== undefined && <FieldError>{error}</FieldError>}
    </Fieldset>
  );
}

function GeoPose({
  geoPose,
  onChange,
}: {
  geoPose: NonNullable<Anchor['geoPose']>;
  onChange: (geoPose: NonNullable<Anchor['geoPose']>) => void;
}): JSX.Element {
  const { t } = useStudioWords();
  const { position, quaternion } = geoPose;
  const angles = anglesOf([quaternion.x, quaternion.y, quaternion.z, quaternion.w]);
  const turnTo = (next: Angles): void => {
    const [x, y, z, w] = quaternionOf(next);
    onChange({ ...geoPose, quaternion: { x, y, z, w } });
  };
  return (
    <div className="studio-three">
      {(['lat', 'lon', 'h'] as const).map((name) => (
        <NumberField
          key={name}
          label={t(`geo-${name}`)}
          value={position[name]}
          onChange={(number) => onChange({ ...geoPose, position: { ...position, [name]: number } })}
        />
      ))}
      {ANGLES.map((name) => (
        <NumberField
          key={name}
          label={t(`angle-${name}`)}
          ariaLabel={`${t(`angle-${name}`)}: ${t('geoPose')}`}
          value={angles[name]}
          onChange={(degrees) => turnTo({ ...angles, [name]: degrees })}
        />
      ))}
    </div>
  );
}
