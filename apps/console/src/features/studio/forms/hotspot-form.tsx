import { Fieldset, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { JSX } from 'react';
import type { ElementOf } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { LocalisedFields, PointField, TextField, ViewField } from './fields';
import { HotspotLinks, HotspotMedia } from './hotspot-lists';
import { HoursFields } from './hours-fields';
import type { FormProps } from './form-props';
import { RichTextFields } from './rich-text-fields';

type Hotspot = ElementOf<'hotspot'>;
type Contact = NonNullable<Hotspot['contact']>;

const ICONS = [
  ...(['info', 'picture', 'video', 'sound', 'link', 'food', 'shop', 'toilet', 'lift', 'stairs', 'exit', 'help'] as const),
] satisfies Hotspot['icon'][];
const CATEGORIES = [
  ...(['exhibit', 'artwork', 'room', 'entrance', 'exit', 'reception', 'toilet', 'accessible-toilet', 'lift', 'stairs'] as const),
  ...(['ramp', 'cafe', 'restaurant', 'shop', 'cloakroom', 'parking', 'first-aid', 'emergency', 'machine', 'other'] as const),
] satisfies NonNullable<Hotspot['category']>[];
const CONTACTS = [
  ['phone', 'contactPhone'],
  ['email', 'contactEmail'],
  ['website', 'contactWebsite'],
  ['address', 'contactAddress'],
] as const satisfies (readonly [keyof Contact, string])[];

export function HotspotForm({ element, onChange, problems }: FormProps<'hotspot'>): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const set = (change: Partial<Hotspot>): void => onChange({ ...element, ...change });
  return (
    <Stack gap="sm">
      <LocalisedFields
        label={t('titleLabel')}
        value={element.title}
        onChange={(title) => set({ title: title ?? {} })}
        {...{ pointer: '/title', problems }}
      />
      <RichTextFields label={t('text')} value={element.text} onChange={(text) => set({ text })} problems={problems} />
      <PointField
        label={t('place')}
        value={element.anchor}
        onChange={(anchor, normal) => set({ anchor, ...(normal === undefined ? {} : { normal }) })}
        error={problems.below('/anchor')}
      />
      <PointField
        label={t('normal')}
        value={element.normal}
        onChange={(normal) => set({ normal })}
        error={problems.below('/normal')}
        place={false}
      />
      <ViewField
        label={t('viewOf')}
        hint={t('viewHint')}
        value={element.view}
        onChange={(view) => set({ view })}
        error={problems.below('/view')}
      />
      <div className="studio-two">
        <NativeSelect
          label={t('icon')}
          value={element.icon}
          disabled={!writes}
          onChange={({ currentTarget: { value } }) => set({ icon: ICONS.find((one) => one === value) ?? 'info' })}
          data={ICONS.map((value) => ({ value, label: t(`icon-${value}`) }))}
        />
        <TextInput
          type="color"
          label={t('colour')}
          value={element.colour}
          disabled={!writes}
          onChange={({ currentTarget: { value } }) => set({ colour: value })}
          error={problems.at('/colour')}
        />
      </div>
      <HotspotMedia element={element} onChange={set} problems={problems} />
      <HotspotLinks element={element} onChange={set} problems={problems} />
      <NativeSelect
        label={t('category')}
        value={element.category ?? ''}
        disabled={!writes}
        onChange={({ currentTarget: { value } }) => set({ category: CATEGORIES.find((one) => one === value) ?? null })}
        data={[{ value: '', label: t('categoryNone') }, ...CATEGORIES.map((value) => ({ value, label: t(`category-${value}`) }))]}
      />
      <HoursFields value={element.hours} onChange={(hours) => set({ hours })} problems={problems} />
      <Fieldset legend={t('contact')} p="xs">
        {CONTACTS.map(([name, word]) => (
          <TextField
            key={name}
            label={t(word)}
            value={element.contact?.[name] ?? ''}
            onChange={(text) => set({ contact: withContact(element.contact, name, text) })}
            error={problems.at(`/contact/${name}`)}
          />
        ))}
      </Fieldset>
    </Stack>
  );
}

function withContact(known: Hotspot['contact'], name: keyof Contact, text: string): Hotspot['contact'] {
  const { [name]: _, ...others } = known ?? {};
  const next = text.trim() === '' ? others : { ...others, [name]: text.trim() };
  return Object.keys(next).length === 0 ? null : next;
}
