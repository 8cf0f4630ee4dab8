// A thin owner of cuDNN's backend descriptors.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cuda/check.h"
#include "cuda/libraries.h"

namespace gramstack::cudnn {

class Descriptor {
 public:
  explicit Descriptor(cudnnBackendDescriptorType_t type) : type_(type) {
    check(cudnn_library().cudnnBackendCreateDescriptor(type, &raw_), "making a cuDNN descriptor");
  }
  ~Descriptor() {
    if (raw_) cudnn_library().cudnnBackendDestroyDescriptor(raw_);
  }
  Descriptor(Descriptor&& other) noexcept : type_(other.type_), raw_(std::exchange(other.raw_, nullptr)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(type_, other.type_);
    std::swap(raw_, other.raw_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  cudnnBackendDescriptor_t raw() const { return raw_; }

  /// The attribute's type follows from the values'.
  template <class T>
  Descriptor& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, const std::vector<T>& values) {
    check(cudnn_library().cudnnBackendSetAttribute(raw_, name, type, static_cast<std::int64_t>(values.size()),
                                                   values.data()),
          "setting a cuDNN attribute");
    return *this;
  }
  Descriptor& set(cudnnBackendAttributeName_t name, const std::vector<std::int64_t>& values) {
    return set(name, CUDNN_TYPE_INT64, values);
  }
  Descriptor& set(cudnnBackendAttributeName_t name, cudnnDataType_t value) {
    return set(name, CUDNN_TYPE_DATA_TYPE, std::vector<cudnnDataType_t>{value});
  }
  Descriptor& set(cudnnBackendAttributeName_t name, float value) {
    return set(name, CUDNN_TYPE_FLOAT, std::vector<float>{value});
  }
  Descriptor& set(cudnnBackendAttributeName_t name, const Descriptor& value) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, std::vector<cudnnBackendDescriptor_t>{value.raw()});
  }

  cudnnStatus_t try_finalize() { return cudnn_library().cudnnBackendFinalize(raw_); }
  Descriptor& finalize(const std::string& what) {
    check(try_finalize(), what);
    return *this;
  }

  template <class T>
  std::vector<T> get(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::size_t most) const {
    std::vector<T> values(most);
    std::int64_t count = 0;
    check(cudnn_library().cudnnBackendGetAttribute(raw_, name, type, static_cast<std::int64_t>(most), &count,
                                                   values.data()),
          "reading a cuDNN attribute");
    values.resize(static_cast<std::size_t>(count));
    return values;
  }
  std::int64_t get(cudnnBackendAttributeName_t name) const {
    return get<std::int64_t>(name, CUDNN_TYPE_INT64, 1).at(0);
  }

 private:
  cudnnBackendDescriptorType_t type_;
  cudnnBackendDescriptor_t raw_ = nullptr;
};

}  // namespace gramstack::cudnn
