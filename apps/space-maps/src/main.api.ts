import 'reflect-metadata';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { spaceMapsService } from './service';

void runApi(spaceMapsService, loadConfig(process.env));
