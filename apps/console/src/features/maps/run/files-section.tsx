import { Button, Code, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { CopiedShort } from '../../../app/copied';
import { Loading, ProblemAlert } from '../../../app/feedback';
import { useFilters } from '../../../app/filters';
import { Pager } from '../../../app/pager';
import { sizeText } from '../figures';
import { useMapWords } from '../map-words';
import { useRunFiles, type RunFile, type RunFiles } from '../queries';
import { KIND_WORDS, KindsPlot } from './kinds-plot';

const FILTERS = ['path'] as const;

/** What the run has made for visitors, file by file. */
export function FilesSection({ runId }: { runId: string }): JSX.Element {
  const { t, language } = useMapWords();
  const filters = useFilters(FILTERS, { isPart: true });
  const { path = '' } = filters.values;
  const { data, error } = useRunFiles(runId, path, filters.cursor);
  return (
    <Stack component="section" gap="xs" aria-labelledby="files-title">
      <Title order={4} size="h5" id="files-title">
        {t('files')}
      </Title>
      <PathFilter key={path} value={path} onChange={(value) => filters.set('path', value)} />
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data?.total.files === 0 && <Text c="dimmed">{t(path === '' ? 'filesGone' : 'filesNoneOf')}</Text>}
      {data !== undefined && data.total.files > 0 && (
        <>
          <Text size="sm" role="status">
            {t('filesAmount', { count: data.total.files, size: sizeText(data.total.bytes, language) })}
          </Text>
          <KindsPlot kinds={data.kinds} />
          <Rows files={data.items} />
        </>
      )}
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
    </Stack>
  );
}

/** Stands in the address once it is sent off. */
function PathFilter({ value, onChange }: { value: string; onChange: (value: string) => void }): JSX.Element {
  const { t } = useMapWords();
  const shell = useTranslation();
  const [typed, setTyped] = useState(value);
  return (
    <form
      role="search"
      aria-labelledby="files-title"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(typed.trim());
      }}
    >
      <Group align="end">
        <TextInput
          label={t('filePath')}
          value={typed}
          maxLength={200}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {shell.t('search')}
        </Button>
      </Group>
    </form>
  );
}

function Rows({ files }: { files: RunFiles['items'] }): JSX.Element {
  const { t } = useMapWords();
  return (
    <div className="maps-wide" tabIndex={0} role="region" aria-label={t('files')}>
      <Table withTableBorder className="maps-files">
        <Table.Thead>
          <Table.Tr>
            {[t('path'), t('fileKind'), t('step'), t('mediaType'), t('bytes'), t('sha256')].map((column) => (
              <Table.Th scope="col" key={column}>
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {files.map((file) => (
            <Row key={file.path} file={file} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Row({ file: { path, kind, step, mediaType, bytes, sha256 } }: { file: RunFile }): JSX.Element {
  const { t, language } = useMapWords();
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Code>{path}</Code>
      </Table.Th>
      <Table.Td>{t(KIND_WORDS[kind])}</Table.Td>
      <Table.Td>{step}</Table.Td>
      <Table.Td>{mediaType}</Table.Td>
      <Table.Td>{sizeText(bytes, language)}</Table.Td>
      <Table.Td>
        <CopiedShort text={sha256} label={t('copyHash', { path })} button={t('copy')} />
      </Table.Td>
    </Table.Tr>
  );
}
