import { S3Error } from '../errors';
import { createBucket, getBucketLocation, getBucketVersioning, headBucket, listBuckets } from '../operations/buckets';
import { completeMultipartUpload } from '../operations/complete-multipart';
import { copyObject, uploadPartCopy } from '../operations/copy-object';
import { deleteObject, deleteObjects } from '../operations/delete-objects';
import { getObject } from '../operations/get-object';
import { listObjects } from '../operations/list-objects';
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from '../operations/multipart';
import { putObject } from '../operations/put-object';
import type { Exchange } from './exchange';

export type Operation = (exchange: Exchange) => Promise<void>;

/** Parameters that name another resource. Not knowing them, `PUT key?tagging` would write the tags over the object. */
const SUBRESOURCES = [
  ...['accelerate', 'acl', 'analytics', 'attributes', 'cors', 'encryption', 'intelligent-tiering', 'inventory', 'legal-hold'],
  ...['lifecycle', 'logging', 'metrics', 'notification', 'object-lock', 'ownershipControls', 'policy', 'policyStatus'],
  ...[
    'publicAccessBlock',
    'renameObject',
    'replication',
    'requestPayment',
    'restore',
    'retention',
    'select',
    'session',
    'tagging',
  ],
  ...['torrent', 'versions', 'website', 'metadataTable', 'metadataConfiguration'],
];

export function route(exchange: Exchange): Operation {
  const { query, bucket, key, method } = exchange.request;
  const unknown = SUBRESOURCES.find((name) => query.has(name));
  if (unknown !== undefined) throw new S3Error('NotImplemented', undefined, { Resource: `?${unknown}` });
  if ((query.get('versionId') ?? 'null') !== 'null') throw new S3Error('NotImplemented', 'There are no versions here.');
  const operation = bucket === '' ? serviceOperation(method) : key === '' ? bucketOperation(exchange) : objectOperation(exchange);
  if (!operation) throw new S3Error('MethodNotAllowed', undefined, { Method: method });
  return operation;
}

function serviceOperation(method: string): Operation | undefined {
  return method === 'GET' ? listBuckets : undefined;
}

function bucketOperation({ request: { method, query } }: Exchange): Operation | undefined {
  switch (method) {
    case 'HEAD':
      return headBucket;
    case 'PUT':
      return query.has('versioning') ? undefined : createBucket;
    case 'GET':
      if (query.has('location')) return getBucketLocation;
      if (query.has('versioning')) return getBucketVersioning;
      return query.has('uploads') ? listMultipartUploads : listObjects;
    case 'POST':
      return query.has('delete') ? deleteObjects : undefined;
    default:
      throw new S3Error('NotImplemented', `${method} on a bucket is not supported.`);
  }
}

function objectOperation(exchange: Exchange): Operation | undefined {
  const { method, query } = exchange.request;
  const isPart = query.has('uploadId');
  const isCopy = exchange.header('x-amz-copy-source') !== undefined;
  // Taken for a GET of the whole it would give the wrong bytes.
  if (query.has('partNumber') && !isPart) throw new S3Error('NotImplemented', 'Single parts cannot be read; use a range.');
  switch (method) {
    case 'HEAD':
      return getObject;
    case 'GET':
      return isPart ? listParts : getObject;
    case 'PUT':
      if (isPart) return isCopy ? uploadPartCopy : uploadPart;
      return isCopy ? copyObject : putObject;
    case 'POST':
      if (query.has('uploads')) return createMultipartUpload;
      return isPart ? completeMultipartUpload : undefined;
    case 'DELETE':
      return isPart ? abortMultipartUpload : deleteObject;
    default:
      return undefined;
  }
}
