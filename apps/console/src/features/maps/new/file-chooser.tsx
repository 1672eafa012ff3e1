import { Button, Group, Paper, Text } from '@mantine/core';
import { useRef, useState, type DragEvent, type JSX } from 'react';
import { useMapWords } from '../map-words';
import { ENDINGS, isHidden, kindOf } from './chosen-files';
import { droppedFiles } from './dropped-files';

const endingsOf = (kind: string): string => ENDINGS.filter((ending) => kindOf(ending) === kind).join(' ');

/** Files by mouse, by keyboard, one by one or with the folder around them. */
export function FileChooser({
  onFiles,
  disabled,
}: {
  onFiles: (files: readonly File[]) => void;
  disabled: boolean;
}): JSX.Element {
  const { t } = useMapWords();
  const [isOver, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (!disabled) void droppedFiles(event.dataTransfer.items).then(onFiles);
  };
  const input = (ref: typeof files, more: object): JSX.Element => (
    <input
      ref={ref}
      type="file"
      hidden
      multiple
      {...more}
      onChange={({ currentTarget }) => {
        onFiles([...(currentTarget.files ?? [])].filter(({ name }) => !isHidden(name)));
        currentTarget.value = ''; // the same file may be chosen once more
      }}
    />
  );
  return (
    <Paper
      withBorder
      p="lg"
      className="maps-drop"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Text>
        {t('filesHint', { photos: endingsOf('photos'), video: endingsOf('video'), pointcloud: endingsOf('pointcloud') })}
      </Text>
      <Group mt="sm">
        <Button onClick={() => files.current?.click()} disabled={disabled}>
          {t('chooseFiles')}
        </Button>
        <Button variant="default" onClick={() => folder.current?.click()} disabled={disabled}>
          {t('chooseFolder')}
        </Button>
      </Group>
      {input(files, { accept: ENDINGS.join(','), 'data-choose': 'files' })}
      {input(folder, { webkitdirectory: '', 'data-choose': 'folder' })}
    </Paper>
  );
}
