package wire

import (
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// DataConverter converts values as Temporal's default does (JSON, protobuf, bytes) and encrypts the result with the
// active key of the ring.
func DataConverter(ring *KeyRing) converter.DataConverter {
	return sealing{converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), NewCodec(ring))}
}

// FailureConverter puts the messages and stacks of failures through dc. Without it they are plain text in histories
// and in the Web UI, and they can hold a case's words.
func FailureConverter(dc converter.DataConverter) converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter:          dc,
		EncodeCommonAttributes: true,
	})
}

// sealing withholds the payload when encryption fails. The SDK's converter returns the plain one beside the error, and
// one careless caller would send it.
type sealing struct{ converter.DataConverter }

func (s sealing) ToPayload(value any) (*commonpb.Payload, error) {
	p, err := s.DataConverter.ToPayload(value)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (s sealing) ToPayloads(values ...any) (*commonpb.Payloads, error) {
	p, err := s.DataConverter.ToPayloads(values...)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// WithSerializationContext lets the SDK tell the codec which workflow a payload is for.
func (s sealing) WithSerializationContext(ctx converter.SerializationContext) converter.DataConverter {
	return sealing{converter.WithDataConverterSerializationContext(s.DataConverter, ctx)}
}
