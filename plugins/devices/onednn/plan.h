// Pass "plan": instructions -> prepared steps over allocated memory, and the Plan that runs them.
#pragma once

#include <memory>

#include "adapter.h"
#include "api/device.h"
#include "program.h"
#include "rules.h"
#include "settings.h"

namespace gramstack::onednn {

/// Zeroed memory, aligned to kAlignment (large ones to huge pages).
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t bytes);
  std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte[], Free> data_;
  std::size_t size_ = 0;
};

/// Scratch memory that all steps of a plan share: its size is known only when all are prepared, so steps ask for its
/// address when they run.
class Workspace {
 public:
  void want(std::size_t bytes) { size_ = std::max(size_, bytes); }
  void allocate() { buffer_ = Buffer(size_); }
  std::size_t size() const { return size_; }
  template <class T = float>
  T* data(std::size_t offset = 0) const {
    return reinterpret_cast<T*>(buffer_.data() + offset);
  }

 private:
  std::size_t size_ = 0;
  Buffer buffer_;
};

/// What a rule is given to prepare an instruction. Pointers are valid as long as the plan.
class Preparation {
 public:
  using Address = std::function<std::byte*(TensorId)>;
  Preparation(const Program& program, const Instruction& instruction, const Address& address, Workspace& workspace,
              const Engine& engine, const Settings& settings)
      : program_(program),
        instruction_(instruction),
        address_(address),
        workspace_(workspace),
        engine_(engine),
        settings_(settings) {}

  const Program& program() const { return program_; }
  const Instruction& instruction() const { return instruction_; }
  const Attributes& attributes() const { return instruction_.attributes; }
  std::size_t inputs() const { return instruction_.inputs.size(); }
  const Tensor& input(std::size_t i) const { return program_.tensor(instruction_.inputs[i]); }
  const Tensor& output(std::size_t i) const { return program_.tensor(instruction_.outputs[i]); }
  template <class T = float>
  T* data(TensorId id) const {
    return reinterpret_cast<T*>(address_(id));
  }
  template <class T = float>
  const T* in(std::size_t i) const {
    return data<T>(instruction_.inputs[i]);
  }
  template <class T = float>
  T* out(std::size_t i) const {
    return data<T>(instruction_.outputs[i]);
  }
  /// Shared scratch of at least this many bytes; its contents do not outlive the step.
  const Workspace* workspace(std::size_t bytes) {
    workspace_.want(bytes);
    return &workspace_;
  }
  const Engine& engine() const { return engine_; }
  int threads() const { return settings_.threads; }
  const Settings& settings() const { return settings_; }
  /// How the step is done, for observers: "winograd".
  void note(std::string text) { note_ = std::move(text); }
  const std::string& note() const { return note_; }

 private:
  const Program& program_;
  const Instruction& instruction_;
  const Address& address_;
  Workspace& workspace_;
  const Engine& engine_;
  const Settings& settings_;
  std::string note_;
};

/// `text` is set to one line a step.
std::unique_ptr<Plan> make_plan(Program program, std::shared_ptr<const Engine> engine, const Settings& settings,
                                std::string& text);

}  // namespace gramstack::onednn
